Feature: The variables of a container
  A container has the variables that its spec writes out, takes from objects, from the pod and from services; what is
  missing keeps it from being made until it is there.

  Background:
    Given a cluster with 1 node

  Scenario: Variables come from everywhere
    Given I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: red, size: "3"}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: login}
      stringData: {password: hunter2}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web-front}
      spec:
        clusterIP: 10.96.7.7
        ports: [{port: 80}]
      """
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        restartPolicy: Never
        containers:
        - name: web
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, 'printf "$P_size $COLOUR $PASSWORD $APP $CPU $GREETING $WEB_FRONT_SERVICE_HOST $HOSTNAME $1"; exit 1', sh, "$(COLOUR)"]
          resources: {requests: {cpu: 250m}}
          envFrom:
          - prefix: P_
            configMapRef: {name: settings}
          env:
          - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
          - {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}
          - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
          - {name: CPU, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
          - {name: GREETING, value: "$(COLOUR)-$$(COLOUR)-$(NONE)"}
      """
    And 5 seconds pass
    Then status.containerStatuses[name=web].state.terminated.message of pod/web is 3 red hunter2 web 250 red-$(COLOUR)-$(NONE) 10.96.7.7 web red

  Scenario: A container waits for the ConfigMap that it takes a variable from
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - name: web
          image: busybox:1.37
          command: [sleep, infinity]
          env:
          - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
      """
    And 30 seconds pass
    Then pod/web is pending
    And status.containerStatuses[name=web].state.waiting.reason of pod/web is CreateContainerConfigError
    And status.containerStatuses[name=web].state.waiting.message of pod/web is configmap "settings" not found
    And there is a Warning event "Failed" for pod/web
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {size: "3"}
      """
    And 12 seconds pass
    Then status.containerStatuses[name=web].state.waiting.message of pod/web is couldn't find key colour in ConfigMap default/settings
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {size: "3", colour: red}
      """
    And 12 seconds pass
    Then pod/web is ready

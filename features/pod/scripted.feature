Feature: Containers that are scripted
  What a container does whose process cannot be interpreted is said in a step or in an annotation.

  Background:
    Given a cluster with 1 node

  Scenario: An image prints its result and ends
    Given containers of image "perl" print "3.14159" and exit 0 after 10 seconds
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: pi
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: pi
              image: perl:5.34.0
              command: ["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"]
      """
    And 10 seconds pass
    Then job/pi does not have condition Complete
    When 5 seconds pass
    Then job/pi is complete

  Scenario: An annotation scripts one container of a pod
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
        annotations:
          seatrial.dev/container.web: exit 3 after 1 minute
      spec:
        restartPolicy: Never
        containers:
        - name: web
          image: example.com/web
      """
    And 1 minute passes
    Then pod/web is running
    When 1 second passes
    Then pod/web is failed
    And status.containerStatuses[0].state.terminated.exitCode of pod/web is 3

  Scenario: A readiness probe takes a pod out of its Service while it is answered with 500
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        selector:
          app: web
        ports:
        - port: 80
          targetPort: 8080
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
        labels:
          app: web
      spec:
        containers:
        - name: web
          image: example.com/web
          ports:
          - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
            periodSeconds: 5
      """
    And 10 seconds pass
    Then pod/web is ready
    When container "web" of pod/web starts answering 500 on /healthz
    And 15 seconds pass
    Then condition Ready of pod/web is False
    And status.containerStatuses[0].restartCount of pod/web is 0
    And endpoints/web matches the snapshot "not ready"
    When container "web" of pod/web answers 200 on /healthz
    And 5 seconds pass
    Then pod/web is ready
    And endpoints/web matches the snapshot "ready again"

  Scenario: A liveness probe restarts a container that hangs
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        terminationGracePeriodSeconds: 5
        containers:
        - name: web
          image: nginx
          livenessProbe:
            httpGet:
              path: /
              port: 80
            periodSeconds: 10
      """
    And 30 seconds pass
    When container "web" of pod/web starts hanging
    And 1 minute passes
    Then status.containerStatuses[0].restartCount of pod/web is 1
    And the events of pod/web match the snapshot "restarted"

  Scenario: The example of the documentation, whose server is well for ten seconds
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: liveness-http
        labels:
          test: liveness
      spec:
        containers:
        - name: liveness
          image: registry.k8s.io/e2e-test-images/agnhost:2.40
          args:
          - liveness
          livenessProbe:
            httpGet:
              path: /healthz
              port: 8080
              httpHeaders:
              - name: Custom-Header
                value: Awesome
            initialDelaySeconds: 3
            periodSeconds: 3
      """
    And 10 seconds pass
    Then status.containerStatuses[0].restartCount of pod/liveness-http is 0
    When 10 seconds pass
    Then status.containerStatuses[0].restartCount of pod/liveness-http is 1

  Scenario: A container that grows beyond its limit is killed
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: cache
      spec:
        restartPolicy: Never
        containers:
        - name: cache
          image: redis
          resources:
            limits:
              memory: 200Mi
      """
    And 10 seconds pass
    When container "cache" of pod/cache grows to 150Mi
    Then pod/cache is running
    When container "cache" of pod/cache grows to 300Mi
    Then pod/cache is failed
    And status.containerStatuses[0].state.terminated.reason of pod/cache is OOMKilled
    And status.containerStatuses[0].state.terminated.exitCode of pod/cache is 137

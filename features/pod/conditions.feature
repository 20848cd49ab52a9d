Feature: The conditions of a pod
  A kubelet says of a pod how far it has come, and of what is not so, why.

  Background:
    Given a cluster with 1 node

  @kubectl
  Scenario: The conditions come one after the other
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        readinessGates:
        - conditionType: example.com/load-balanced
        initContainers:
        - name: prepare
          image: busybox:1.37
          command: [sleep, "5"]
        containers:
        - name: web
          image: nginx:1.29
          readinessProbe:
            exec:
              command: [cat, /tmp/ready]
            periodSeconds: 5
      """
    And 0 seconds pass
    Then condition PodScheduled of pod/web is True
    And condition PodReadyToStartContainers of pod/web is False
    And status.conditions[type=Initialized].reason of pod/web is ContainersNotInitialized
    And the message of condition Initialized of pod/web is:
      """
      containers with incomplete status: [prepare]
      """
    And status.conditions[type=ContainersReady].reason of pod/web is ContainersNotReady
    And the message of condition ContainersReady of pod/web is:
      """
      containers with unready status: [web]
      """
    And status.conditions[type=Ready].reason of pod/web is ContainersNotReady
    And the message of condition Ready of pod/web is:
      """
      containers with unready status: [web]
      """
    When 1 second passes
    Then condition PodReadyToStartContainers of pod/web is True
    And condition Initialized of pod/web is False
    When 6 seconds pass
    Then condition Initialized of pod/web is True
    And condition ContainersReady of pod/web is False
    When I run "touch /tmp/ready" in pod/web
    And 5 seconds pass
    Then condition ContainersReady of pod/web is True
    And status.conditions[type=Ready].reason of pod/web is ReadinessGatesNotReady
    And the message of condition Ready of pod/web is:
      """
      corresponding condition of pod readiness gate "example.com/load-balanced" does not exist.
      """
    When I run `kubectl patch pod web --subresource status -p '{"status":{"conditions":[{"type":"example.com/load-balanced","status":"False"}]}}'`
    And 0 seconds pass
    Then status.conditions[type=Ready].reason of pod/web is ReadinessGatesNotReady
    And the message of condition Ready of pod/web is:
      """
      the status of pod readiness gate "example.com/load-balanced" is not "True", but False
      """
    When I run `kubectl patch pod web --subresource status -p '{"status":{"conditions":[{"type":"example.com/load-balanced","status":"True"}]}}'`
    And 0 seconds pass
    Then condition Ready of pod/web is True
    And the trace of pod/web matches the snapshot "conditions"

  Scenario Outline: A pod that is over says so in every condition: <command>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: task
      spec:
        restartPolicy: Never
        containers:
        - name: task
          image: busybox:1.37
          command: [sh, -c, <command>]
      """
    And 5 seconds pass
    Then status.conditions[type=Ready].reason of pod/task is <reason>
    And status.conditions[type=ContainersReady].reason of pod/task is <reason>
    And condition Initialized of pod/task is True
    And condition PodReadyToStartContainers of pod/task is False

    Examples:
      | command | reason       |
      | exit 0  | PodCompleted |
      | exit 1  | PodFailed    |

  Scenario Outline: The class of a pod follows from what it asks for: <class>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx:1.29
          resources: <resources>
      """
    And 2 seconds pass
    Then status.qosClass of pod/web is <class>

    Examples:
      | resources                                                                | class      |
      | {}                                                                       | BestEffort |
      | {requests: {cpu: 100m}}                                                  | Burstable  |
      | {limits: {cpu: 100m, memory: 64Mi}}                                      | Guaranteed |
      | {limits: {cpu: 100m, memory: 64Mi}, requests: {cpu: 50m, memory: 64Mi}}  | Burstable  |

  Scenario: A pod has an address of its own, or its node's
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: own
      spec:
        containers:
        - name: web
          image: nginx:1.29
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: host
      spec:
        hostNetwork: true
        containers:
        - name: web
          image: busybox:1.37
          command: [sleep, "1000"]
      """
    And 2 seconds pass
    Then I run "test $(hostname) = own" in pod/own
    And it succeeds
    And I run "test $(hostname) = node-0" in pod/host
    And it succeeds

Feature: The life of a pod
  A kubelet starts what is bound to its node, says how it goes, and takes it down again.

  Background:
    Given a cluster with 1 node

  Scenario: A pod is pending, then running, and then costs nothing
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
      """
    And 0 seconds pass
    Then the pods are:
      | NAME | READY | STATUS            | RESTARTS | NODE   |
      | web  | 0/1   | ContainerCreating | 0        | node-0 |
    When 1 second passes
    Then the pods are:
      | NAME | READY | STATUS  | RESTARTS | NODE   |
      | web  | 1/1   | Running | 0        | node-0 |
    And pod/web matches the snapshot "running"
    When 1 year passes
    Then pod/web is ready
    And the trace of pod/web matches the snapshot "a year"

  Scenario: What a kubelet tells of a start
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: present
          image: nginx:1.29
        - name: latest
          image: nginx
      """
    And 2 seconds pass
    Then the events of pod/web match the snapshot "started"

  Scenario Outline: A command that ends decides the phase: <command>, restarted <policy>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: task
      spec:
        restartPolicy: <policy>
        containers:
        - name: task
          image: busybox:1.37
          command: [sh, -c, "<command>"]
      """
    And 10 seconds pass
    Then the pods are:
      | NAME | READY | STATUS   | RESTARTS |
      | task | 0/1   | <status> | 0        |
    And status.phase of pod/task is <phase>
    And status.containerStatuses[name=task].state.terminated.exitCode of pod/task is <code>

    Examples:
      | policy    | command           | status    | phase     | code |
      | Never     | sleep 5           | Completed | Succeeded | 0    |
      | OnFailure | sleep 5           | Completed | Succeeded | 0    |
      | Never     | sleep 5; exit 3   | Error     | Failed    | 3    |
      | Never     | true && exit 4    | Error     | Failed    | 4    |
      | Never     | false \|\| exit 5 | Error     | Failed    | 5    |

  Scenario: A finished pod says so in its conditions
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
          command: [sleep, "5"]
      """
    And 10 seconds pass
    Then pod/task has condition Initialized with reason PodCompleted
    And condition Ready of pod/task is False
    And condition PodReadyToStartContainers of pod/task is False
    And status.containerStatuses[name=task].state.terminated.finishedAt of pod/task is 2026-01-01T00:00:06Z

  Scenario: Init containers run one after the other before the others
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        initContainers:
        - name: fetch
          image: busybox:1.37
          command: [sleep, "2"]
        - name: unpack
          image: busybox:1.37
          command: [sleep, "3"]
        containers:
        - name: web
          image: nginx:1.29
      """
    And 2 seconds pass
    Then the message of condition Initialized of pod/web is:
      """
      containers with incomplete status: [fetch unpack]
      """
    And there is 1 pending pod
    When 2 seconds pass
    Then status.initContainerStatuses[name=fetch].state.terminated.reason of pod/web is Completed
    And status.containerStatuses[name=web].state.waiting.reason of pod/web is PodInitializing
    When 10 seconds pass
    Then pod/web is ready
    And the trace of pod/web matches the snapshot "init containers"

  Scenario: A pod that is active for too long fails
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        activeDeadlineSeconds: 60
        containers:
        - name: web
          image: nginx:1.29
      """
    And 59 seconds pass
    Then pod/web is ready
    When 1 second passes
    Then pod/web is failed
    And status.reason of pod/web is DeadlineExceeded
    And there is a Normal event "DeadlineExceeded" for pod/web with message "Pod was active on the node longer than the specified deadline"

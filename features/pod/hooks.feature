Feature: Lifecycle hooks
  postStart runs beside the container's own process, and the container is not running before it is over. preStop runs before
  SIGTERM, and its time is part of the grace period.

  Background:
    Given a cluster with 1 node

  Scenario: A container is running once its hook is over
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: busybox:1.37
          command: [sh, -c, "until [ -e /tmp/ready ]; do sleep 1; done; printf started > /dev/termination-log; exit 7"]
          lifecycle:
            postStart:
              exec:
                command: [sh, -c, "sleep 5; touch /tmp/ready"]
        restartPolicy: Never
      """
    And 5 seconds pass
    Then the pods are:
      | NAME | READY | STATUS            | RESTARTS |
      | web  | 0/1   | ContainerCreating | 0        |
    When 10 seconds pass
    Then status.containerStatuses[name=web].state.terminated.exitCode of pod/web is 7
    And status.containerStatuses[name=web].state.terminated.message of pod/web is started

  Scenario: A container whose hook fails is killed, and starts again after back-offs
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
          lifecycle:
            postStart:
              exec:
                command: [sh, -c, "echo no such service >&2; exit 1"]
      """
    And 1 second passes
    Then there is a Warning event "FailedPostStartHook" for pod/web with message "PostStartHook failed"
    And there is a Normal event "Killing" for pod/web with message "FailedPostStartHook"
    And the pods are:
      | NAME | READY | STATUS             | RESTARTS |
      | web  | 0/1   | PostStartHookError | 0        |
    When 2 seconds pass
    Then the pods are:
      | NAME | READY | STATUS           | RESTARTS   |
      | web  | 0/1   | CrashLoopBackOff | 1 (*s ago) |

  Scenario Outline: A hook before the end takes its time from the grace period: <hook>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        terminationGracePeriodSeconds: 30
        containers:
        - name: web
          image: busybox:1.37
          command: [sleep, "1000"]
          lifecycle:
            preStop: <hook>
      """
    And 10 seconds pass
    And I delete pod/web
    And <before> seconds pass
    Then pod/web is being deleted
    When 1 second passes
    Then pod/web does not exist

    Examples:
      | hook                               | before |
      | {sleep: {seconds: 5}}              | 29     |
      | {exec: {command: [sleep, "29"]}}   | 30     |
      | {exec: {command: [sleep, "1000"]}} | 31     |

  Scenario: A hook that fails is told of and changes nothing
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
          lifecycle:
            preStop:
              exec:
                command: ["false"]
      """
    And 10 seconds pass
    And I delete pod/web
    And 1 second passes
    Then pod/web does not exist
    And there is a Warning event "FailedPreStopHook" for pod/web with message "PreStopHook failed"

  Scenario: Sidecars start in order and end in the opposite one
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        initContainers:
        - name: proxy
          image: busybox:1.37
          restartPolicy: Always
          command: [sh, -c, "trap 'sleep 1; exit 0' TERM; sleep 10000 & wait"]
        - name: shipper
          image: busybox:1.37
          restartPolicy: Always
          command: [sh, -c, "trap 'sleep 2; exit 0' TERM; sleep 10000 & wait"]
        containers:
        - name: web
          image: busybox:1.37
          command: [sh, -c, "trap 'sleep 3; exit 0' TERM; sleep 10000 & wait"]
      """
    And 10 seconds pass
    Then pod/web is ready
    When I delete pod/web
    And 20 seconds pass
    Then the trace of pod/web matches the snapshot "sidecars"

  Scenario Outline: A hook that asks for a page is well whatever is answered, and fails when nobody answers: port <port>
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
          lifecycle:
            preStop:
              httpGet:
                path: /shutdown
                port: <port>
      """
    And 10 seconds pass
    And I delete pod/web
    And 1 second passes
    Then pod/web does not exist
    And there is <event> for pod/web

    Examples:
      | port | event                                                                       |
      | 80   | no event "FailedPreStopHook"                                                |
      | 8080 | a Warning event "FailedPreStopHook"                                         |

  Scenario: A hook after the start that asks for a page where nobody listens fails the container
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
          lifecycle:
            postStart:
              httpGet:
                path: /warm
                port: 8080
      """
    And 1 second passes
    Then there is a Warning event "FailedPostStartHook" for pod/web with message "PostStartHook failed"
    And status.containerStatuses[name=web].state.waiting.reason of pod/web is PostStartHookError
    And pod/web matches the snapshot "refused"

  Scenario: A hook waits for a service
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: db
      spec:
        selector:
          app: db
        ports:
        - port: 5432
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx:1.29
          lifecycle:
            postStart:
              exec:
                command: [sh, -c, "until nc -z db 5432; do sleep 1; done"]
      """
    And 30 seconds pass
    Then the pods are:
      | NAME | READY | STATUS            | RESTARTS |
      | web  | 0/1   | ContainerCreating | 0        |
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: db
        labels:
          app: db
      spec:
        containers:
        - name: db
          image: postgres:18
      """
    And 5 seconds pass
    Then pod/web is ready

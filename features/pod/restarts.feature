Feature: Restarts
  A container that ends is started again as the restart policy says: the first time at once, and then later and later.

  Background:
    Given a cluster with 1 node

  Scenario: A container that crashes again and again waits longer and longer
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: flaky
      spec:
        containers:
        - name: flaky
          image: busybox:1.37
          command: [sh, -c, sleep 3; exit 1]
      """
    And 4 seconds pass
    Then the pods are:
      | NAME  | READY | STATUS | RESTARTS |
      | flaky | 0/1   | Error  | 0        |
    When 1 second passes
    Then the pods are:
      | NAME  | READY | STATUS  | RESTARTS      |
      | flaky | 1/1   | Running | 1 (1s ago)    |
    When 3 seconds pass
    Then the pods are:
      | NAME  | READY | STATUS | RESTARTS   |
      | flaky | 0/1   | Error  | 1 (*s ago) |
    When 1 second passes
    Then the pods are:
      | NAME  | READY | STATUS           | RESTARTS   |
      | flaky | 0/1   | CrashLoopBackOff | 1 (*s ago) |
    And status.containerStatuses[name=flaky].lastState.terminated.exitCode of pod/flaky is 1
    And pod/flaky is running
    And there is a Warning event "BackOff" for pod/flaky with message "Back-off restarting failed container flaky in pod flaky_default(*)"
    And the message of condition Ready of pod/flaky is:
      """
      containers with unready status: [flaky]
      """
    When 6 minutes pass
    Then the trace of pod/flaky matches the snapshot "back-off"
    And status.containerStatuses[name=flaky].restartCount of pod/flaky is 6
    When 30 minutes pass
    Then status.containerStatuses[name=flaky].restartCount of pod/flaky is 12

  Scenario: A container that ran for more than ten minutes starts over
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: patient
      spec:
        containers:
        - name: patient
          image: busybox:1.37
          command: [sleep, 11m]
      """
    And 50 minutes pass
    Then there is no event "BackOff" for pod/patient
    And status.containerStatuses[name=patient].restartCount of pod/patient is 4

  Scenario: OnFailure restarts a failure and lets a success be
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: fails
      spec:
        restartPolicy: OnFailure
        containers:
        - name: fails
          image: busybox:1.37
          command: ["false"]
      """
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: succeeds
      spec:
        restartPolicy: OnFailure
        containers:
        - name: succeeds
          image: busybox:1.37
          command: ["true"]
      """
    And 1 minute passes
    Then the pods are:
      | NAME     | READY | STATUS           | RESTARTS    |
      | fails    | 0/1   | CrashLoopBackOff | 3 (*s ago)  |
      | succeeds | 0/1   | Completed        | 0           |

  Scenario: One container of two is restarted, and the other never notices
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: pair
      spec:
        containers:
        - name: steady
          image: nginx:1.29
        - name: flaky
          image: busybox:1.37
          command: [sh, -c, sleep 5; exit 2]
      """
    And 13 seconds pass
    Then the pods are:
      | NAME | READY | STATUS           | RESTARTS   |
      | pair | 1/2   | CrashLoopBackOff | 1 (*s ago) |
    And status.containerStatuses[name=steady].restartCount of pod/pair is 0
    And status.containerStatuses[name=flaky].lastState.terminated.exitCode of pod/pair is 2

  Scenario Outline: A rule says what an exit code comes to, whatever the policy: <code> where <operator> [<values>]
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: ruled
      spec:
        restartPolicy: Never
        containers:
        - name: ruled
          image: busybox:1.37
          command: [sh, -c, exit <code>]
          restartPolicy: Never
          restartPolicyRules:
          - action: Restart
            exitCodes:
              operator: <operator>
              values: [<values>]
      """
    And 4 seconds pass
    Then the pods are:
      | NAME  | READY | STATUS   | RESTARTS   |
      | ruled | 0/1   | <status> | <restarts> |

    Examples:
      | code | operator | values | status           | restarts   |
      | 42   | In       | 41, 42 | CrashLoopBackOff | 1 (*s ago) |
      | 43   | In       | 41, 42 | Error            | 0          |
      | 43   | NotIn    | 41, 42 | CrashLoopBackOff | 1 (*s ago) |
      | 42   | NotIn    | 41, 42 | Error            | 0          |

  Scenario: A container has a policy of its own
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: own
      spec:
        restartPolicy: Always
        containers:
        - name: once
          image: busybox:1.37
          command: [sleep, "3"]
          restartPolicy: Never
        - name: steady
          image: nginx:1.29
      """
    And 10 seconds pass
    Then the pods are:
      | NAME | READY | STATUS    | RESTARTS |
      | own  | 1/2   | NotReady  | 0        |
    And pod/own is running

  Scenario: A rule starts all containers anew, and a condition tells of it
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: team
      spec:
        restartPolicy: Never
        initContainers:
        - name: prepare
          image: busybox:1.37
          command: [sleep, "2"]
        containers:
        - name: worker
          image: busybox:1.37
          command: [sleep, "1000"]
        - name: leader
          image: busybox:1.37
          command: [sh, -c, sleep 5; exit 88]
          restartPolicy: Never
          restartPolicyRules:
          - action: RestartAllContainers
            exitCodes:
              operator: In
              values: [88]
      """
    And 7 seconds pass
    Then condition AllContainersRestarting of pod/team is False
    When 2 seconds pass
    Then pod/team has condition AllContainersRestarting with reason RestartAllContainersStarted and message "container exited with restart policy rule"
    When 2 seconds pass
    Then condition AllContainersRestarting of pod/team is False
    And status.containerStatuses[name=worker].state.waiting.reason of pod/team is RestartingAllContainers
    When 3 seconds pass
    Then pod/team is ready
    And status.initContainerStatuses[name=prepare].restartCount of pod/team is 1
    And status.containerStatuses[name=worker].restartCount of pod/team is 1
    And the trace of pod/team matches the snapshot "all anew"

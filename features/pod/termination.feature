Feature: The end of a pod
  A deleted pod is told to stop, has its grace period, and only then is gone.

  Background:
    Given a cluster with 1 node

  Scenario: A server stops at once
    Given I apply:
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
    And 10 seconds pass
    When I delete pod/web
    And 0 seconds pass
    Then pod/web does not exist
    And the trace of pod/web matches the snapshot "a server"

  Scenario: A process that does not listen is killed after the grace period
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: deaf
      spec:
        containers:
        - name: deaf
          image: busybox:1.37
          command: [sleep, "1000"]
      """
    And 10 seconds pass
    When I delete pod/deaf
    And 29 seconds pass
    Then the pods are:
      | NAME | READY | STATUS      |
      | deaf | 1/1   | Terminating |
    And metadata.deletionGracePeriodSeconds of pod/deaf is 30
    And there is a Normal event "Killing" for pod/deaf with message "Stopping container deaf"
    When 1 second passes
    Then pod/deaf does not exist
    And the trace of pod/deaf matches the snapshot "killed"

  Scenario Outline: A grace period of <asked> gives a deaf process <real>
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: deaf
      spec:
        containers:
        - name: deaf
          image: busybox:1.37
          command: [sleep, "1000"]
      """
    And 10 seconds pass
    When I delete pod/deaf with a grace period of <asked>
    And I wait at most 1 hour until pod/deaf does not exist
    Then <until> have passed

    Examples:
      | asked      | real       | until       |
      | 5 seconds  | 5 seconds  | 15 seconds  |
      | 1 second   | 2 seconds  | 12 seconds  |
      | 2 minutes  | 2 minutes  | 130 seconds |

  Scenario: A second deletion can shorten the grace period and not lengthen it
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: deaf
      spec:
        containers:
        - name: deaf
          image: busybox:1.37
          command: [sleep, "1000"]
      """
    And 10 seconds pass
    When I delete pod/deaf
    And 5 seconds pass
    And I delete pod/deaf with a grace period of 10 minutes
    Then metadata.deletionGracePeriodSeconds of pod/deaf is 30
    When I delete pod/deaf with a grace period of 5 seconds
    And 5 seconds pass
    Then pod/deaf does not exist

  Scenario: A pod that is deleted by force is gone before its processes
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: deaf
      spec:
        containers:
        - name: deaf
          image: busybox:1.37
          command: [sleep, "1000"]
      """
    And 10 seconds pass
    When I force delete pod/deaf
    Then pod/deaf does not exist

  Scenario: A pod that is deleted before it starts never runs
    Given I apply:
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
    When I delete pod/web
    And 5 seconds pass
    Then pod/web does not exist
    And the trace of pod/web matches the snapshot "never ran"

  Scenario: A finalizer keeps the object of a pod that has ended
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: held
        finalizers: [example.com/held]
      spec:
        containers:
        - name: held
          image: nginx:1.29
      """
    And 10 seconds pass
    When I delete pod/held
    And 1 minute passes
    Then pod/held is being deleted
    And pod/held is succeeded
    When I remove metadata.finalizers of pod/held
    Then pod/held does not exist

  Scenario: A command that ends within the grace period ends as it would have
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: short
        finalizers: [example.com/held]
      spec:
        restartPolicy: Never
        containers:
        - name: short
          image: busybox:1.37
          command: [sh, -c, sleep 20; exit 7]
      """
    And 10 seconds pass
    When I delete pod/short
    And 30 seconds pass
    Then status.containerStatuses[name=short].state.terminated.exitCode of pod/short is 7

Feature: What containers print
  The log of a container has what its processes print, line by line, with the time of each line. It is kept for the run
  before the last restart, and goes with the pod.

  Background:
    Given a cluster with 1 node

  # The article "Other kinds of pods" (004_ffa33a61927bd953.txt) prints the date and a greeting in its example.
  Scenario: A command prints the date and a greeting
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: hello}
      spec:
        restartPolicy: OnFailure
        containers:
        - name: hello
          image: busybox
          args: [/bin/sh, -c, date; echo Hello from the Kubernetes cluster]
      """
    And I wait until pod/hello is succeeded
    Then the log of pod/hello is:
      """
      Thu Jan  1 00:00:0* UTC 2026
      Hello from the Kubernetes cluster
      """

  # The article "Other kinds of pods" (004_ffa33a61927bd953.txt) reads the log of its Job's pod for the result.
  Scenario: The result of a Job is in the log of its pod
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: pi
              image: perl
              command: [sh, -c, "sleep 10; echo 3.14159"]
      """
    And I wait until job/pi is complete
    Then the log of job/pi contains "3.14159"
    And the log of job/pi does not contain "2.71828"

  Scenario: A wait looks at a log whenever something is printed
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: count}
      spec:
        containers:
        - name: count
          image: busybox
          command: [sh, -c, "i=0; while true; do echo turn $i; i=$((i + 1)); sleep 7; done"]
      """
    And I wait until the log of pod/count contains "turn 3"
    Then the log of pod/count is:
      """
      turn 0
      turn 1
      turn 2
      turn 3
      """
    And the log of pod/count matches the snapshot "four turns"

  Scenario: The log of the run before is kept
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: crasher}
      spec:
        containers:
        - name: main
          image: busybox
          command: [sh, -c, "echo up at $(date +%M:%S); sleep 2; echo down >&2; exit 3"]
      """
    And I wait until status.containerStatuses[name=main].restartCount of pod/crasher is 1
    And I wait until pod/crasher is running
    And the log of pod/crasher does not contain "down"
    Then the previous log of pod/crasher is:
      """
      up at 00:0*
      down
      """

  Scenario: Each container has a log of its own
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: several}
      spec:
        restartPolicy: Never
        initContainers:
        - {name: first, image: busybox, command: [echo, init]}
        containers:
        - {name: a, image: busybox, command: [echo, from a]}
        - {name: b, image: pause}
      """
    And 10 seconds pass
    Then the log of pod/several container first contains "init"
    And the log of pod/several container a contains:
      """
      from a
      """
    And the log of pod/several container b is empty

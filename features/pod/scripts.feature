Feature: Scripts in virtual time
  A script of the shell runs as it is written: its sleeps take virtual time, and a loop costs none of anybody's.

  Background:
    Given a cluster with 1 node

  Scenario: The script of a liveness example runs to its end
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: liveness-exec}
      spec:
        restartPolicy: Never
        containers:
        - name: liveness
          image: busybox:1.37
          args: [/bin/sh, -c, touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600]
      """
    And 630 seconds pass
    Then pod/liveness-exec is running
    When 1 second passes
    Then pod/liveness-exec is succeeded

  Scenario: A loop counts, and its status is the pod's
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: countdown}
      spec:
        restartPolicy: Never
        containers:
        - name: count
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, "i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo turn $i; sleep 20; done; exit $i"]
      """
    And 60 seconds pass
    Then pod/countdown is running
    When 1 second passes
    Then pod/countdown is failed
    And status.containerStatuses[name=count].state.terminated.exitCode of pod/countdown is 3
    And there is a Normal event "Started" for pod/countdown with message "Container started"

  Scenario: A loop that sleeps goes on for a year
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: daemon}
      spec:
        containers:
        - name: daemon
          image: busybox:1.37
          command: [sh, -c, while true; do date; sleep 86400; done]
      """
    And 365 days pass
    Then pod/daemon is ready

  Scenario: A shell that traps SIGTERM ends by its own word
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: polite}
      spec:
        containers:
        - name: polite
          image: busybox:1.37
          command: [sh, -c, "trap 'sleep 4; exit 0' TERM; sleep 3600 & wait"]
      """
    And 1 minute passes
    When I delete pod/polite
    And 3 seconds pass
    Then pod/polite is being deleted
    When 1 second passes
    Then pod/polite does not exist

  Scenario: A shell waits for its foreground command before it looks at SIGTERM, and is killed
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: stubborn}
      spec:
        containers:
        - name: stubborn
          image: busybox:1.37
          command: [sh, -c, "trap 'exit 0' TERM; sleep 3600"]
      """
    And 1 minute passes
    When I delete pod/stubborn
    And 29 seconds pass
    Then pod/stubborn is being deleted
    When 1 second passes
    Then pod/stubborn does not exist

  Scenario: A loop without a sleep is cut off
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: spin}
      spec:
        restartPolicy: Never
        containers:
        - name: spin
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, "while true; do true; done"]
      """
    And 5 seconds pass
    Then pod/spin is failed
    And status.containerStatuses[name=spin].state.terminated.exitCode of pod/spin is 137

  Scenario: What no shell would take fails as it does in one
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: typo}
      spec:
        restartPolicy: Never
        containers:
        - name: typo
          image: busybox:1.37
          command: [sh, -c, if true]
      """
    And 5 seconds pass
    Then pod/typo is failed
    And status.containerStatuses[name=typo].state.terminated.exitCode of pod/typo is 2

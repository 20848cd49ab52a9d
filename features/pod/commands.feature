Feature: Commands in virtual time
  Scripts and the usual programs run in virtual time. Any other command runs until it is killed, and an event says what was
  not understood.

  Background:
    Given a cluster with 1 node

  Scenario: A command that is not interpreted is never called a success
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: loop
      spec:
        restartPolicy: Never
        containers:
        - name: loop
          image: backup/agent:1.0
          command: [sh, -c, while true; do rsync -a /data backup:/; sleep 1; done]
      """
    And 10 minutes pass
    Then pod/loop is running
    And the events of pod/loop are:
      | TYPE    | REASON         | MESSAGE                                                                                |
      | Normal  | Scheduled      | Successfully assigned default/loop to node-0                                           |
      | Normal  | Pulled         | Container image "backup/agent:1.0" already present on machine and can be accessed by the pod |
      | Normal  | Created        | Container created                                                                      |
      | Normal  | Started        | Container started                                                                      |
      | Warning | NotInterpreted | Command of container loop is not interpreted: "rsync"; it runs until it is killed     |

  Scenario: A base image has the usual programs and no others
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: typo
      spec:
        restartPolicy: Never
        containers:
        - name: typo
          image: busybox:1.37
          command: [sh, -c, "echo start; backup /data"]
      """
    And 5 seconds pass
    Then pod/typo is failed
    And status.containerStatuses[name=typo].state.terminated.exitCode of pod/typo is 127

  Scenario: Arguments of an entrypoint that nobody knows are not interpreted either
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: pi
      spec:
        containers:
        - name: pi
          image: perl:5.34
          command: [perl, "-Mbignum=bpi", "-wle", "print bpi(2000)"]
      """
    And 1 hour passes
    Then pod/pi is ready
    When I delete pod/pi
    And 29 seconds pass
    Then pod/pi is being deleted
    When 1 second passes
    Then pod/pi does not exist

  Scenario: The image's own entrypoint needs no event
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
    And 1 minute passes
    Then there is no event "NotInterpreted" for pod/web

  Scenario: Arguments alone may be a command, and variables are put in
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: task
        labels:
          code: "7"
      spec:
        restartPolicy: Never
        containers:
        - name: task
          image: busybox:1.37
          args: [/bin/sh, -c, "date; echo Hello from $WHO; sleep $(SECONDS); exit $CODE"]
          env:
          - name: SECONDS
            value: "30"
          - name: WHO
            valueFrom:
              fieldRef:
                fieldPath: spec.nodeName
          - name: CODE
            valueFrom:
              fieldRef:
                fieldPath: metadata.labels['code']
      """
    And 30 seconds pass
    Then pod/task is running
    When 1 second passes
    Then status.containerStatuses[name=task].state.terminated.exitCode of pod/task is 7

  Scenario: A program that no image has cannot start
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
          command: ["sleep 5; exit 3"]
      """
    And 5 seconds pass
    Then pod/task is failed
    And status.containerStatuses[name=task].state.terminated.reason of pod/task is StartError
    And there is a Warning event "Failed" for pod/task with message "Error: failed to create containerd task: *executable file not found in $PATH: unknown"

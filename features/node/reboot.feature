Feature: A machine that reboots or goes down
  No container outlives its machine. The runtime knows of those that ran only that they are gone: exit code 255, `Unknown`. The
  kubelet makes the pods' networks anew and starts again what is to run.

  Background:
    Given a cluster with 2 nodes

  Scenario: A pod that is to run for ever runs again, at another address
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node-0
        initContainers: [{name: prepare, image: busybox, command: ["true"]}]
        containers: [{name: web, image: nginx}]
      """
    And 10 seconds pass
    Then status.podIP of pod/web is 10.244.0.2
    When I mark this moment
    And node/node-0 reboots
    And the cluster settles
    Then status.podIP of pod/web is 10.244.0.3
    And status.containerStatuses[0].restartCount of pod/web is 1
    And there is a Normal event "SandboxChanged" for pod/web with message "Pod sandbox changed, it will be killed and re-created."
    And there is a Warning event "Rebooted" for node/node-0 with message "Node node-0 has been rebooted, boot id: *"
    And condition Ready of node/node-0 is True
    And pod/web matches the snapshot "after the reboot"
    And the trace since the marked moment matches the snapshot "reboot"

  Scenario: Pods that are not to be restarted fail, and a Job replaces its own
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: long}
      spec:
        template:
          spec:
            nodeSelector: {kubernetes.io/hostname: node-0}
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sleep, "300"]}]
      """
    And 10 seconds pass
    And node/node-0 reboots
    And I wait until job/long is complete
    Then status.failed of job/long is 1
    And the pods of job/long match the snapshot "one lost, one done"

  Scenario: A container that had succeeded is left alone under OnFailure
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: both}
      spec:
        nodeName: node-0
        restartPolicy: OnFailure
        containers:
        - {name: done, image: busybox, command: ["true"]}
        - {name: runs, image: busybox, command: [sleep, "100"]}
      """
    And 10 seconds pass
    And node/node-0 reboots
    And 60 seconds pass
    Then status.containerStatuses[0].restartCount of pod/both is 0
    And status.containerStatuses[1].restartCount of pod/both is 1
    And status.containerStatuses[1].lastState.terminated.exitCode of pod/both is 255

  Scenario: A machine that stays down loses its pods after five minutes
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: nginx}]
      """
    And the cluster settles
    And node/node-0 goes down
    And 30 minutes pass
    Then the pods match the snapshot "one terminating for ever, one in its place"
    And the nodes match the snapshot "one is gone"
    When node/node-0 comes back
    And the cluster settles
    Then the pods match the snapshot "after its return"
    And condition Ready of node/node-0 is True

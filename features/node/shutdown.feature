Feature: A machine that shuts down gracefully
  The kubelet holds the shutdown up until its pods have ended: those of ordinary priority first, then the critical ones, each
  within its part of the time. The node is not ready meanwhile and takes no pods.

  Scenario: Ordinary pods end before critical ones, and controllers replace theirs elsewhere
    Given a cluster with 2 nodes
    When I cordon node/node-1
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: critical, namespace: kube-system}
      spec:
        nodeName: node-0
        priorityClassName: system-node-critical
        containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: quick}
      spec:
        nodeName: node-0
        terminationGracePeriodSeconds: 3
        containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      """
    And 10 seconds pass
    And I uncordon node/node-1
    And I mark this moment
    And node/node-0 shuts down gracefully within 30 seconds, 10 seconds of them for critical pods
    And 1 second passes
    Then the message of condition Ready of node/node-0 is:
      """
      node is shutting down
      """
    And there is a Normal event "NodeShutdown" for node/node-0 with message "Shutdown manager detected shutdown event"
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: late}
      spec:
        nodeName: node-0
        containers: [{name: c, image: nginx}]
      """
    And 1 second passes
    Then status.reason of pod/late is NodeShutdown
    And status.message of pod/late is Pod was rejected: Pod was rejected as the node is shutting down.
    When 3 seconds pass
    Then pod/quick is failed
    And pod/quick matches the snapshot "terminated"
    And pod/critical in namespace kube-system is running
    When 2 minutes pass
    Then the pods match the snapshot "after the shutdown"
    And pod/critical in namespace kube-system is failed
    And condition Ready of node/node-0 is Unknown
    And the trace since the marked moment matches the snapshot "shutdown"

  Scenario: A Job counts the pod that was shut down as failed and makes another
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: long}
      spec:
        podFailurePolicy:
          rules:
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget}]
        backoffLimit: 0
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sleep, "120"]}]
      """
    And 10 seconds pass
    And node/node-0 shuts down gracefully within 10 seconds
    And node/node-1 shuts down gracefully within 10 seconds
    And 1 minute passes
    And node/node-0 comes back
    And I wait until job/long is complete
    Then status.failed of job/long is not set
    And the pods of job/long match the snapshot "one terminated, one done"

  Scenario: Each priority has its own time
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: high}
      value: 10000
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: low}
      spec:
        terminationGracePeriodSeconds: 100
        containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: high}
      spec:
        priorityClassName: high
        terminationGracePeriodSeconds: 100
        containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      """
    And 10 seconds pass
    And node/node-0 shuts down gracefully with:
      | PRIORITY | PERIOD |
      | 10000    | 5s     |
      | 0        | 20s    |
    And 19 seconds pass
    Then pod/low is running
    When 2 seconds pass
    Then pod/low is failed
    And pod/high is running
    When 5 seconds pass
    Then pod/high is failed

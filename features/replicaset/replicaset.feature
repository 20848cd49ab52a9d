Feature: ReplicaSets and ReplicationControllers
  The article on DaemonSets (000) says that a ReplicaSet controls pods directly, so that their number is what the user
  expects. A ReplicationController does the same with a plainer selector.

  Background:
    Given a cluster with 3 nodes
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: front}
      spec:
        replicas: 3
        selector: {matchLabels: {app: front}}
        template:
          metadata: {labels: {app: front}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: web, image: nginx}]
      """
    And the cluster settles

  Scenario: The number of pods is what is asked for
    Then replicaset/front is ready
    When I delete the pod of replicaset/front on node-1
    And the cluster settles
    Then there are 3 running pods of replicaset/front
    When I scale replicaset/front to 1
    And the cluster settles
    Then there is 1 pod of replicaset/front
    And status of replicaset/front is {availableReplicas: 1, fullyLabeledReplicas: 1, observedGeneration: 2, readyReplicas: 1, replicas: 1, terminatingReplicas: 0}
    And the trace of replicaset/front matches the snapshot "three then one"

  Scenario: A pod that is being deleted counts as terminating
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: slow}
      spec:
        replicas: 1
        selector: {matchLabels: {app: slow}}
        template:
          metadata: {labels: {app: slow}}
          spec:
            containers: [{name: web, image: busybox, command: [sh, -c, "trap 'sleep 20' TERM; sleep 1000 & wait"]}]
      """
    And the cluster settles
    And I scale replicaset/slow to 0
    And 5 seconds pass
    Then status.terminatingReplicas of replicaset/slow is 1
    And status.replicas of replicaset/slow is 0
    When the cluster settles
    Then status.terminatingReplicas of replicaset/slow is 0

  Scenario: Another template changes new pods only
    When I set the image of replicaset/front container web to nginx:2
    And the cluster settles
    Then the pods of replicaset/front are:
      | NAME    | IMAGES |
      | front-* | nginx  |
      | front-* | nginx  |
      | front-* | nginx  |
    When I delete the pod of replicaset/front on node-0
    And the cluster settles
    Then the pods of replicaset/front are:
      | NAME    | NODE   | IMAGES  |
      | front-* | node-0 | nginx:2 |
      | front-* | node-1 | nginx   |
      | front-* | node-2 | nginx   |

  Scenario: The pod that costs least goes first
    When I annotate the pod of replicaset/front on node-1 controller.kubernetes.io/pod-deletion-cost=-100
    And I annotate the pod of replicaset/front on node-0 controller.kubernetes.io/pod-deletion-cost=100
    And I scale replicaset/front to 2
    And the cluster settles
    Then there are no pods of replicaset/front on node-1
    When I scale replicaset/front to 1
    And the cluster settles
    Then there is 1 pod of replicaset/front on node-0

  Scenario: A pod without the label is let go, and a bare one with it is taken
    When I label the pod of replicaset/front on node-2 app=debug
    And the cluster settles
    Then there are 3 running pods of replicaset/front
    And there is 1 running pod labelled app=debug
    When I scale replicaset/front to 4
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: bare, labels: {app: front}}
      spec: {containers: [{name: web, image: nginx}]}
      """
    And the cluster settles
    Then there are 4 pods of replicaset/front

  Scenario: A ReplicationController
    When I apply:
      """yaml
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: old}
      spec:
        replicas: 2
        selector: {app: old}
        template:
          metadata: {labels: {app: old}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    And the cluster settles
    Then replicationcontroller/old is ready
    And the replicationcontrollers are:
      | NAME | DESIRED | CURRENT | READY | CONTAINERS | IMAGES | SELECTOR |
      | old  | 2       | 2       | 2     | web        | nginx  | app=old  |
    And there is a Normal event "SuccessfulCreate" for replicationcontroller/old with message "Created pod: old-*"
    When I scale replicationcontroller/old to 0
    And the cluster settles
    Then there are no pods of replicationcontroller/old

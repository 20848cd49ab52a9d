Feature: ReplicationControllers
  A ReplicationController keeps pods as a ReplicaSet does; its selector is a plain map of labels, and its status has no count of the pods
  on their way out.

  Background:
    Given a cluster with 3 nodes
    And I apply:
      """yaml
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: old}
      spec:
        replicas: 3
        template:
          metadata: {labels: {app: old}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: web, image: "nginx:1"}]
      """
    And the cluster settles

  Scenario: What is left out follows from the template
    Then spec.selector of replicationcontroller/old is {app: old}
    And metadata.labels of replicationcontroller/old is {app: old}
    And status of replicationcontroller/old is {availableReplicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1, readyReplicas: 3, replicas: 3}

  Scenario: It replaces pods that are deleted, and removes those that are too many
    When I delete the pod of replicationcontroller/old on node-1
    And the cluster settles
    Then there are 3 running pods of replicationcontroller/old
    When I scale replicationcontroller/old to 1
    And the cluster settles
    Then there is 1 pod of replicationcontroller/old
    And there is a Normal event "SuccessfulDelete" for replicationcontroller/old with message "Deleted pod: old-*"

  Scenario: It lets go of pods without its labels and takes those with them
    When I label the pod of replicationcontroller/old on node-1 app=debug
    And the cluster settles
    Then there are 3 running pods of replicationcontroller/old
    And there is 1 running pod labelled app=debug
    When I delete replicationcontroller/old orphaning its dependents
    And the cluster settles
    Then there are 4 running pods
    When I apply:
      """yaml
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: young}
      spec:
        replicas: 2
        selector: {app: old}
        template:
          metadata: {labels: {app: old}}
          spec: {containers: [{name: web, image: "nginx:2"}]}
      """
    And the cluster settles
    Then there are 2 running pods of replicationcontroller/young
    And there are 3 running pods

  Scenario: Another template changes new pods only
    When I set the image of replicationcontroller/old container web to nginx:2
    And I delete the pod of replicationcontroller/old on node-0
    And the cluster settles
    Then there are 3 running pods of replicationcontroller/old
    And spec.containers[0].image of the pod of replicationcontroller/old on node-0 is nginx:2
    And spec.containers[0].image of the pod of replicationcontroller/old on node-1 is nginx:1

  Scenario: A selector that does not match the template is refused
    When I try to apply:
      """yaml
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: wrong}
      spec:
        selector: {app: one}
        template:
          metadata: {labels: {app: other}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    Then it is refused as Invalid with:
      """
      ReplicationController "wrong" is invalid: spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`
      """

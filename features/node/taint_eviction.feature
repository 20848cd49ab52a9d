Feature: Pods and the taints of their nodes
  A NoExecute taint drives the pods out that do not tolerate it, at once or when their tolerationSeconds are over. A node that
  is not heard of gets such taints too, and its pods leave after the five minutes that every pod tolerates by default.

  Background:
    Given a cluster with 2 nodes

  Scenario: Pods that do not tolerate the taint are deleted, with a condition and an event
    When I apply "two-pods.yaml"
    And the cluster settles
    And I taint node/node-0 maint=now:NoExecute
    Then pod/plain has condition DisruptionTarget with reason DeletionByTaintManager and message "Taint manager: deleting due to NoExecute taint"
    And pod/plain is being deleted
    And there is a Normal event "TaintManagerEviction" for pod/plain with message "Marking for deletion Pod default/plain"
    When 29 seconds pass
    Then pod/patient is running
    When 2 seconds pass
    Then pod/patient is being deleted
    When the cluster settles
    Then there are 0 pods

  Scenario: A taint that is taken off in time spares the pod
    When I apply "two-pods.yaml"
    And the cluster settles
    And I taint node/node-0 maint=now:NoExecute
    And 10 seconds pass
    And I taint node/node-0 maint=now:NoExecute-
    And 10 minutes pass
    Then pod/patient is running
    And there is a Normal event "TaintManagerEviction" for pod/patient with message "Cancelling deletion of Pod default/patient"

  Scenario: A node that nobody reports is given up, and its pods are not ready
    When I create:
      """yaml
      apiVersion: v1
      kind: Node
      metadata: {name: ghost, labels: {kubernetes.io/hostname: ghost}}
      """
    And I patch the status of node/ghost with:
      """yaml
      status:
        allocatable: {cpu: "4", memory: 8Gi, pods: "20"}
        conditions: [{type: Ready, status: "True", reason: KubeletReady, message: kubelet is posting ready status}]
      """
    And 49 seconds pass
    Then condition Ready of node/ghost is True
    When 2 seconds pass
    Then condition Ready of node/ghost is Unknown
    And the message of condition Ready of node/ghost is:
      """
      Kubelet stopped posting node status.
      """
    And there is a Normal event "NodeNotReady" for node/ghost with message "Node ghost status is now: NodeNotReady"
    When 5 seconds pass
    Then the nodes are:
      | NAME   | STATUS   |
      | ghost  | NotReady |
      | node-0 | Ready    |
      | node-1 | Ready    |
    And the trace of node/ghost matches the snapshot "given up"

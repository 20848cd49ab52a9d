Feature: Nodes that come and go
  The node controller tells of each in an event in the namespace `default`.

  Background:
    Given a cluster with 1 node
    And 1 minute passes

  Scenario: A node that joins is registered, and one that is deleted is removed
    When I apply:
      """yaml
      apiVersion: v1
      kind: Node
      metadata: {name: ghost}
      """
    And 5 seconds pass
    Then there is a Normal event "RegisteredNode" for node/ghost with message "Node ghost event: Registered Node ghost in Controller"
    When I delete node/ghost
    And 5 seconds pass
    Then there is a Normal event "RemovingNode" for node/ghost with message "Node ghost event: Removing Node ghost from Controller"

  Scenario: Nobody is told of the nodes that a cluster has from the start
    Then there is no event "RegisteredNode" for node/node-0

  @kubectl
  Scenario: The event of an eviction by a taint names the pod without its uid
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers: [{name: web, image: nginx}]
      """
    And the cluster settles
    When I taint node/node-0 maint=now:NoExecute
    And 1 second passes
    And I run `kubectl get events --field-selector reason=TaintManagerEviction -o jsonpath='{.items[*].involvedObject}'`
    Then the output is:
      """
      {"apiVersion":"v1","kind":"Pod","name":"web","namespace":"default"}
      """

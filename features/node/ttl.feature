Feature: How long kubelets may remember
  An annotation of each node says for how many seconds its kubelet may remember Secrets and ConfigMaps.

  Scenario: Every node is told, also one that a client registers
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Node
      metadata:
        name: bare
      """
    Then node/node-0 has the annotation node.alpha.kubernetes.io/ttl=0
    And node/bare has the annotation node.alpha.kubernetes.io/ttl=0

  Scenario: In a larger cluster they may remember longer
    Given a cluster with 100 nodes
    When node/node-100 joins
    Then node/node-100 has the annotation node.alpha.kubernetes.io/ttl=15
    And node/node-99 has the annotation node.alpha.kubernetes.io/ttl=0
    When I label node/node-99 disk=ssd
    Then node/node-99 has the annotation node.alpha.kubernetes.io/ttl=15

Feature: Taints that follow from a node's state
  The node controller taints what is cordoned or in trouble, and takes its taints back.

  Scenario: A cordoned node is tainted as unschedulable
    Given a cluster with 1 node
    When I cordon node/node-0
    And the cluster settles
    Then spec.taints[key=node.kubernetes.io/unschedulable].effect of node/node-0 is NoSchedule
    When I uncordon node/node-0
    And the cluster settles
    Then spec.taints of node/node-0 is not set

  Scenario Outline: A condition calls for its taint
    Given a cluster with 1 node
    When I patch the status of node/node-0 with:
      """yaml
      status:
        conditions:
        - type: <condition>
          status: "<status>"
      """
    And 1 second passes
    Then spec.taints[key=node.kubernetes.io/<taint>].effect of node/node-0 is NoSchedule

    Examples:
      | condition      | status  | taint           |
      | Ready          | False   | not-ready       |
      | Ready          | Unknown | unreachable     |
      | MemoryPressure | True    | memory-pressure |
      | DiskPressure   | True    | disk-pressure   |
      | PIDPressure    | True    | pid-pressure    |

  Scenario: A node that registers keeps the not-ready taint until it is ready
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Node
      metadata:
        name: bare
      status:
        conditions:
        - type: Ready
          status: "False"
      """
    And 10 seconds pass
    Then spec.taints[key=node.kubernetes.io/not-ready].effect of node/bare is NoSchedule
    When I patch the status of node/bare with:
      """yaml
      status:
        conditions:
        - type: Ready
          status: "True"
      """
    And 1 second passes
    Then spec.taints of node/bare is not set

Feature: Nodes
  A cluster starts with nodes that are ready, and lets nodes come, go and change.

  Scenario: Nodes are named from node-0 on
    Given a cluster with 3 nodes
    Then the nodes are:
      | NAME   | STATUS | ROLES  | VERSION |
      | node-0 | Ready  | <none> | v1.36.2 |
      | node-1 | Ready  | <none> | v1.36.2 |
      | node-2 | Ready  | <none> | v1.36.2 |

  Scenario: A table names nodes and says what is special about them
    Given a cluster with nodes:
      | NAME   | LABELS                                           | TAINTS                                           | CPU | MEMORY | PODS |
      | master | node-role.kubernetes.io/control-plane=           | node-role.kubernetes.io/control-plane:NoSchedule | 2   | 4Gi    | 10   |
      | worker | disk=ssd,zone=a                                  |                                                  |     |        |      |
    Then the nodes are:
      | NAME   | STATUS | ROLES         | TAINTS                                           |
      | master | Ready  | control-plane | node-role.kubernetes.io/control-plane:NoSchedule |
      | worker | Ready  | <none>        | <none>                                           |
    And node/worker has the label disk=ssd
    And status.capacity.cpu of node/master is 2
    And status.allocatable.pods of node/master is 10

  Scenario: A node joins and another leaves
    Given a cluster with 2 nodes
    When node/node-7 joins
    And node/node-0 is deleted
    Then there are 2 nodes
    And node/node-7 is ready
    And node/node-0 does not exist

  Scenario: Labels and taints come and go
    Given a cluster with 1 node
    When I label node/node-0 disk=ssd zone=a
    And I taint node/node-0 env=dev:NoSchedule
    Then node/node-0 has the label zone=a
    And spec.taints[key=env].value of node/node-0 is dev
    When I label node/node-0 zone-
    And I taint node/node-0 env:NoSchedule-
    Then metadata.labels.zone of node/node-0 is not set
    And spec.taints of node/node-0 is not set

  Scenario: A node is cordoned and uncordoned
    Given a cluster with 1 node
    When I cordon node/node-0
    Then the nodes are:
      | NAME   | STATUS                   |
      | node-0 | Ready,SchedulingDisabled |
    When I uncordon node/node-0
    Then the nodes are:
      | NAME   | STATUS |
      | node-0 | Ready  |

  Scenario: A drained node keeps no pod of its own
    Given a cluster with 2 nodes
    And I apply "pod.yaml"
    And I wait until pod/sleeper is running
    When I cordon node/node-1
    And I uncordon node/node-1
    And I drain node/node-0
    And 30 seconds pass
    Then pod/sleeper does not exist
    And the nodes are:
      | NAME   | STATUS                   |
      | node-0 | Ready,SchedulingDisabled |
      | node-1 | Ready                    |

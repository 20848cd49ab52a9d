Feature: Expectations that do not hold

  Scenario: Another count
    Given a cluster with 3 nodes
    Then there are 4 nodes

  Scenario: Another table
    Given a cluster with 2 nodes
    When I cordon node/node-1
    Then the nodes are:
      | NAME   | STATUS |
      | node-* | Ready  |
      | node-1 | Ready  |

  Scenario: A column that kubectl does not show
    Given a cluster with 1 node
    Then the nodes are:
      | NAME   | MOOD  |
      | node-0 | happy |

  Scenario: Another value
    Given a cluster with 1 node
    Then status.capacity.cpu of node/node-0 is 64

  Scenario: Another condition
    Given a cluster with 1 node
    Then condition Ready of node/node-0 is False

  Scenario: Time that has not passed
    Given a cluster with 1 node
    When 30 seconds pass
    Then 40 seconds have passed

  Scenario: Time that runs backwards
    Given a cluster with 1 node
    When the time is 2025-01-01T00:00:00Z

Feature: Snapshots that cannot be compared

  Scenario: A label that is used twice
    Given a cluster with 1 node
    Then the nodes match the snapshot "fresh"
    When 1 minute passes
    Then the nodes match the snapshot "fresh"

  Scenario: A snapshot that nobody accepted
    Given a cluster with 1 node
    Then the nodes match the snapshot "fresh"

  Scenario: A snapshot that differs
    Given a cluster with 2 nodes
    When I cordon node/node-1
    Then the nodes match the snapshot "fresh"

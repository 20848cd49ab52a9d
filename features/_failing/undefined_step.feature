Feature: Steps that nobody knows

  Scenario: A word too many
    Given a shiny cluster with 3 nodes
    Then there are 3 nodes

  Scenario: Trying what nobody knows
    Given a cluster with 1 node
    When I try to paint node/node-0 blue

  Scenario: No cluster yet
    Then node/node-0 is ready

  Scenario: Two clusters
    Given a cluster with 1 node
    And a cluster with 2 nodes

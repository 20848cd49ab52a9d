Feature: Bounds that are reached

  Scenario: Waiting for what never comes
    Given a cluster with 1 node
    When I wait at most 5 minutes until node/node-0 has condition Painted

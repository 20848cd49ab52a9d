Feature: Virtual time
  Time in a scenario passes when a step says so, and jumps from one thing that happens to the next.

  Scenario: A scenario starts at a fixed instant
    Given a cluster with 1 node
    Then metadata.creationTimestamp of node/node-0 is 2026-01-01T00:00:00Z
    And 0 seconds have passed

  Scenario: A scenario can start at another instant
    Given the time is 2026-03-01T02:00:00Z
    And a cluster with 1 node
    Then metadata.creationTimestamp of node/node-0 is 2026-03-01T02:00:00Z

  Scenario: Durations are written as people write them
    Given a cluster with 1 node
    When 90 seconds pass
    And 1 minute passes
    And 2m30s pass
    And 1 hour and 5 minutes pass
    Then the time is T+1h10m0s

  Scenario: A year without work passes at once
    Given a cluster with 100 nodes
    When 1 year passes
    Then there are 100 nodes
    And node/node-99 is ready

  Scenario: Time can pass until an instant
    Given a cluster with 1 node
    When the time is 2026-01-01T00:10:00Z
    Then 10 minutes have passed

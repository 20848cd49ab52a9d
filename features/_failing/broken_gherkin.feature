Feature: A file that does not parse

  Scenario: A line that is no step
    Given a cluster with 1 node
    Perhaps it rains

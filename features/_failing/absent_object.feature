Feature: Steps about objects that are not there

  Scenario: Deleting what is not there
    Given a cluster with 2 nodes
    When I delete node/node-7

  Scenario: Checking what is not there
    Given a cluster with 1 node
    Then status.numberReady of daemonset/web is 3

  Scenario: A pattern that means several
    Given a cluster with 2 nodes
    Then node/node-* exists

  Scenario: A file that is not there
    Given a cluster with 1 node
    When I apply "nothing.yaml"

@kubectl
Feature: kubectl explains fields
  The documentation of a field comes from the cluster.

  Scenario: The update strategy of a DaemonSet
    Given a cluster with 1 node
    When I run `kubectl explain ds.spec.updateStrategy`
    Then it succeeds
    And the output contains:
      """
      GROUP:      apps
      KIND:       DaemonSet
      VERSION:    v1

      FIELD: updateStrategy <DaemonSetUpdateStrategy>
      """
    And the output contains "rollingUpdate*<RollingUpdateDaemonSet>"

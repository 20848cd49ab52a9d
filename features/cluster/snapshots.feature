Feature: Snapshots
  The state and the history of a cluster, as text that is reviewed once and compared from then on.

  Scenario: A table of objects
    Given a cluster with nodes:
      | NAME   | LABELS                                 | TAINTS                                           |
      | master | node-role.kubernetes.io/control-plane= | node-role.kubernetes.io/control-plane:NoSchedule |
      | node-1 |                                        |                                                  |
    When I cordon node/node-1
    Then the nodes match the snapshot "one cordoned"
    When I uncordon node/node-1
    Then the nodes match the snapshot "none cordoned"

  Scenario: An object in full
    Given a cluster with 1 node
    And 40 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
        labels:
          app: web
      data:
        colour: blue
      """
    Then configmap/settings matches the snapshot "as applied"

  Scenario: Everything that a scenario made
    Given a cluster with 1 node
    When I apply "pod.yaml"
    And the cluster settles
    Then the cluster matches the snapshot "settled"
    When I delete pod/sleeper
    And the cluster settles
    Then the cluster matches the snapshot "deleted"

  Scenario: Who did what when
    Given a cluster with 1 node
    When I apply "pod.yaml"
    And the cluster settles
    And I delete pod/sleeper
    And the cluster settles
    Then the trace of pod/sleeper matches the snapshot "from birth to death"
    And the events of pod/sleeper match the snapshot "events"

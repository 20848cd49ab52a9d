Feature: RollingUpdate with maxSurge
  With surge a node's new pod comes beside the old one, which goes when the new one serves.

  Scenario Outline: No node is without a pod while maxSurge bounds the pods at once
    Given a cluster with 6 nodes
    When I apply "web.yaml"
    And I set spec.updateStrategy.rollingUpdate of daemonset/web to {maxUnavailable: 0, maxSurge: <surge>}
    And the cluster settles
    And I mark this moment
    And I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    Then daemonset/web is rolled out
    And never more than 0 pods of daemonset/web were unavailable
    And at most <pods> pods of daemonset/web ran at once
    And 6 pods of daemonset/web were created

    Examples:
      | surge | pods |
      | 1     | 8    |
      | 50%   | 12   |

  Scenario: A new pod that does not become ready leaves the old one in place
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And I set spec.updateStrategy.rollingUpdate of daemonset/web to {maxUnavailable: 0, maxSurge: 1}
    And the cluster settles
    And I set spec.template.spec.containers of daemonset/web to [{name: web, image: "nginx:2", command: [sh, -c, exit 1]}]
    And 5 minutes pass
    Then there are 3 pods of daemonset/web
    And the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 2       | 2       | 2     | 0          | 2         |
    And status.updatedNumberScheduled of daemonset/web is not set
    And the pods of daemonset/web match the snapshot "old and new side by side"

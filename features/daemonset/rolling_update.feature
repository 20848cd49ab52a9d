Feature: RollingUpdate
  A changed template replaces the pods by itself, never more at once than maxUnavailable lets it.

  Scenario: nginx is updated on one node after the other
    Given a cluster with nodes:
      | NAME       | TAINTS                                           |
      | k8s-master | node-role.kubernetes.io/control-plane:NoSchedule |
      | k8s-node1  |                                                  |
      | k8s-node2  |                                                  |
    When I apply "web-daemonset.yaml"
    And the cluster settles
    Then the pods of daemonset/web-daemonset are:
      | NAME            | STATUS  | NODE       | IMAGES       |
      | web-daemonset-* | Running | k8s-master | nginx:1.18.0 |
      | web-daemonset-* | Running | k8s-node1  | nginx:1.18.0 |
      | web-daemonset-* | Running | k8s-node2  | nginx:1.18.0 |
    When I mark this moment
    And I set the image of daemonset/web-daemonset container web-daemonset to nginx:latest
    And the cluster settles
    Then daemonset/web-daemonset is rolled out
    And never more than 1 pod of daemonset/web-daemonset was unavailable
    And 3 pods of daemonset/web-daemonset were created
    And the pods of daemonset/web-daemonset are:
      | NAME            | STATUS  | NODE       | IMAGES       |
      | web-daemonset-* | Running | k8s-master | nginx:latest |
      | web-daemonset-* | Running | k8s-node1  | nginx:latest |
      | web-daemonset-* | Running | k8s-node2  | nginx:latest |
    And the trace of daemonset/web-daemonset matches the snapshot "one after the other"

  Scenario: busybox is updated on two nodes
    Given a cluster with nodes:
      | NAME          |
      | node2.cce.com |
      | node3.cce.com |
    And I use namespace cce
    When I apply "busybox.yaml"
    And the cluster settles
    Then the daemonsets are:
      | NAME             | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR | IMAGES       |
      | daemonsetbusybox | 2       | 2       | 2     | 2          | 2         | <none>        | busybox:1.31 |
    When I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And I wait until status.updatedNumberScheduled of daemonset/daemonsetbusybox is 1
    Then status.numberAvailable of daemonset/daemonsetbusybox is 1
    When the cluster settles
    Then the daemonsets are:
      | NAME             | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | IMAGES         |
      | daemonsetbusybox | 2       | 2       | 2     | 2          | 2         | busybox:latest |

  Scenario Outline: maxUnavailable bounds how many pods are away at once
    Given a cluster with 10 nodes
    When I apply "web.yaml"
    And I set spec.updateStrategy.rollingUpdate.maxUnavailable of daemonset/web to <limit>
    And the cluster settles
    And I mark this moment
    And I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    Then daemonset/web is rolled out
    And never more than <away> pods of daemonset/web were unavailable
    And 10 pods of daemonset/web were created

    Examples:
      | limit | away |
      | 1     | 1    |
      | 3     | 3    |
      | 10%   | 1    |
      | 25%   | 3    |
      | 100%  | 10   |

  Scenario: An update that does not become ready stops at maxUnavailable
    Given a cluster with 3 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I set spec.template.spec.containers of daemonset/web to [{name: web, image: "nginx:2", command: [sh, -c, exit 1]}]
    And 5 minutes pass
    Then the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 3       | 3       | 2     | 1          | 2         |
    And the pods of daemonset/web match the snapshot "stuck"

  Scenario: A second change while the first is stuck replaces the pods that are not available at once
    Given a cluster with 3 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I set spec.template.spec.containers of daemonset/web to [{name: web, image: "nginx:2", command: [sh, -c, exit 1]}]
    And 5 minutes pass
    And I set spec.template.spec.containers of daemonset/web to [{name: web, image: "nginx:3"}]
    And the cluster settles
    Then daemonset/web is rolled out
    And there are 3 running pods of daemonset/web

  Scenario: Changes beside the template replace nothing
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I mark this moment
    And I set spec.minReadySeconds of daemonset/web to 3
    And I annotate daemonset/web note=x
    And the cluster settles
    Then no pods of daemonset/web were removed
    And status.observedGeneration of daemonset/web is 2
    And there is 1 controllerrevision

Feature: OnDelete
  With OnDelete a changed template waits until pods are deleted by hand.

  Background:
    Given a cluster with nodes:
      | NAME          |
      | node2.cce.com |
      | node3.cce.com |
    And I use namespace cce
    And I apply "busybox.yaml"
    And I set spec.updateStrategy of daemonset/daemonsetbusybox to {type: OnDelete, rollingUpdate: null}
    And the cluster settles

  Scenario: busybox is updated one pod at a time, each when it is deleted
    When I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And the cluster settles
    Then the daemonsets are:
      | NAME             | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | IMAGES         |
      | daemonsetbusybox | 2       | 2       | 2     | 0          | 2         | busybox:latest |
    And the pods of daemonset/daemonsetbusybox are:
      | NAME               | STATUS  | NODE          | IMAGES       |
      | daemonsetbusybox-* | Running | node2.cce.com | busybox:1.31 |
      | daemonsetbusybox-* | Running | node3.cce.com | busybox:1.31 |
    When I delete the pod of daemonset/daemonsetbusybox on node2.cce.com
    And the cluster settles
    Then the pods of daemonset/daemonsetbusybox are:
      | NAME               | STATUS  | NODE          | IMAGES         |
      | daemonsetbusybox-* | Running | node2.cce.com | busybox:latest |
      | daemonsetbusybox-* | Running | node3.cce.com | busybox:1.31   |
    And status.updatedNumberScheduled of daemonset/daemonsetbusybox is 1
    And the cluster matches the snapshot "one of two"
    When I delete the pod of daemonset/daemonsetbusybox on node3.cce.com
    And the cluster settles
    Then the daemonsets are:
      | NAME             | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | daemonsetbusybox | 2       | 2       | 2     | 2          | 2         |

  Scenario: The new pod comes when the old one is gone, not before
    When I delete the pod of daemonset/daemonsetbusybox on node2.cce.com
    And 10 seconds pass
    Then there is 1 terminating pod of daemonset/daemonsetbusybox
    And there are 2 pods of daemonset/daemonsetbusybox
    When the cluster settles
    Then there are 2 running pods of daemonset/daemonsetbusybox

  Scenario: Turning to RollingUpdate rolls out what was waiting
    When I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And the cluster settles
    Then status.updatedNumberScheduled of daemonset/daemonsetbusybox is not set
    When I set spec.updateStrategy of daemonset/daemonsetbusybox to {type: RollingUpdate}
    And the cluster settles
    Then status.updatedNumberScheduled of daemonset/daemonsetbusybox is 2

Feature: Deletion of a DaemonSet
  Its pods go with it, before it, or not at all.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: In the background the DaemonSet is gone at once and its pods follow
    When I delete daemonset/web
    Then daemonset/web does not exist
    When the cluster settles
    Then there are 0 pods
    And there are 0 controllerrevisions

  Scenario: In the foreground the DaemonSet waits for its pods
    Given I use namespace cce
    And I apply "busybox.yaml"
    And the cluster settles
    When I delete daemonset/daemonsetbusybox in the foreground
    And 5 seconds pass
    Then daemonset/daemonsetbusybox is being deleted
    And daemonset/daemonsetbusybox has the finalizer foregroundDeletion
    And there are 2 terminating pods of daemonset/daemonsetbusybox
    And metadata.generation of daemonset/daemonsetbusybox is 2
    And status.observedGeneration of daemonset/daemonsetbusybox is 1
    When the cluster settles
    Then daemonset/daemonsetbusybox does not exist
    And there are 0 pods
    And the trace of daemonset/daemonsetbusybox matches the snapshot "pods first"

  Scenario: Orphaned pods go on without an owner
    When I delete daemonset/web orphaning its dependents
    And the cluster settles
    Then daemonset/web does not exist
    And the pods are:
      | NAME  | STATUS  | OWNER  |
      | web-* | Running | <none> |
      | web-* | Running | <none> |

  Scenario: A DaemonSet that is being deleted makes no pods
    When I patch daemonset/web with:
      """yaml
      metadata:
        finalizers: [example.com/hold]
      """
    And I delete daemonset/web
    And node/node-2 joins
    And the cluster settles
    Then daemonset/web is being deleted
    And there are 0 pods on node-2

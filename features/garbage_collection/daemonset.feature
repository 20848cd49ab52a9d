Feature: Deleting a DaemonSet and its pods

  A controller owns the pods that it made. What becomes of them when it is deleted is the deletion's to say: they go
  first (foreground), afterwards (background), or they stay and belong to nobody (orphan).

  Background:
    Given a cluster with 2 nodes
    And I use namespace cce

  Scenario: In the background the DaemonSet goes at once and its pods follow
    Given I apply "busybox.yaml"
    And I wait until daemonset/daemonsetbusybox is ready
    And 9 seconds pass
    And I mark this moment
    When I delete daemonset/daemonsetbusybox in the background
    Then daemonset/daemonsetbusybox does not exist
    And there are 2 terminating pods labelled app=busybox
    When the cluster settles
    Then there are no pods labelled app=busybox
    And the trace since the marked moment matches the snapshot "trace"

  Scenario: In the foreground the DaemonSet waits for its pods
    Given I apply "busybox.yaml"
    And I wait until daemonset/daemonsetbusybox is ready
    And 9 seconds pass
    And I mark this moment
    When I delete daemonset/daemonsetbusybox in the foreground
    Then daemonset/daemonsetbusybox is being deleted
    And daemonset/daemonsetbusybox has the finalizer foregroundDeletion
    And there are 2 terminating pods labelled app=busybox
    And metadata.generation of daemonset/daemonsetbusybox is 2
    And status.observedGeneration of daemonset/daemonsetbusybox is 1
    And the cluster matches the snapshot "while it waits"
    When the cluster settles
    Then daemonset/daemonsetbusybox does not exist
    And there are no pods labelled app=busybox
    And there are no controllerrevisions
    And the trace since the marked moment matches the snapshot "trace"

  Scenario: Orphaned pods run on without an owner
    Given I apply "busybox.yaml"
    And I wait until daemonset/daemonsetbusybox is ready
    And 9 seconds pass
    And I mark this moment
    When I delete daemonset/daemonsetbusybox orphaning its dependents
    Then daemonset/daemonsetbusybox does not exist
    And there are 2 running pods labelled app=busybox
    And the pods labelled app=busybox match the snapshot "pods without owner"
    When 1 day passes
    Then there are 2 running pods labelled app=busybox
    And the cluster matches the snapshot "orphans"
    And the trace since the marked moment matches the snapshot "trace"

  Scenario: Orphaned pods are taken back by a DaemonSet whose selector matches them
    Given I apply "busybox.yaml"
    And I wait until daemonset/daemonsetbusybox is ready
    And 9 seconds pass
    And I mark this moment
    And I delete daemonset/daemonsetbusybox orphaning its dependents
    When I apply "busybox.yaml"
    And the cluster settles
    Then there are 2 running pods of daemonset/daemonsetbusybox
    And the trace since the marked moment matches the snapshot "trace"

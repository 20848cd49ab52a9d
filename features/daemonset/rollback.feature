Feature: Going back in a DaemonSet's history
  Each template that a DaemonSet has had is a ControllerRevision. Going back makes an old template the current one, and gives its
  revision a new number.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: To the last revision, and to one by its number
    When I try to undo the rollout of daemonset/web
    Then it is refused with "no last revision to roll back to"
    When I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    And I set the image of daemonset/web container web to nginx:3
    And the cluster settles
    And I undo the rollout of daemonset/web
    And the cluster settles
    Then spec.template.spec.containers[0].image of daemonset/web is nginx:2
    And daemonset/web is rolled out
    And the controllerrevisions are:
      | REVISION |
      | 1        |
      | 3        |
      | 4        |
    When I undo the rollout of daemonset/web to revision 1
    And the cluster settles
    Then daemonset/web is rolled out
    And the controllerrevisions are:
      | REVISION |
      | 3        |
      | 4        |
      | 5        |
    When I try to undo the rollout of daemonset/web to revision 1
    Then it is refused with "unable to find specified revision 1 in history"

  Scenario: A DaemonSet is not paused, but it is restarted
    When I try to pause the rollout of daemonset/web
    Then it is refused with "pausing is not supported"
    When I try to resume the rollout of daemonset/web
    Then it is refused with "resuming is not supported"
    When I mark this moment
    And I restart daemonset/web
    And the cluster settles
    Then daemonset/web is rolled out
    And 2 pods of daemonset/web were created

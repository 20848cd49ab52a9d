Feature: The revisions of a DaemonSet
  Every template that a DaemonSet has had is kept as a ControllerRevision, up to revisionHistoryLimit.

  Background:
    Given a cluster with 1 node
    And I apply "web.yaml"
    And I set spec.template.spec.terminationGracePeriodSeconds of daemonset/web to 1
    And the cluster settles

  Scenario: Pods carry the hash of their revision and the generation of the template
    When I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    Then the controllerrevisions are:
      | NAME  | CONTROLLER         | REVISION |
      | web-* | daemonset.apps/web | 1        |
      | web-* | daemonset.apps/web | 2        |
      | web-* | daemonset.apps/web | 3        |
    And metadata.labels.pod-template-generation of the pod of daemonset/web on node-0 is 3
    And metadata.annotations[deprecated.daemonset.template.generation] of daemonset/web is 3

  Scenario: A rollback gives the old revision a new number
    When I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    And I set the image of daemonset/web container web to nginx:1
    And the cluster settles
    Then the controllerrevisions are:
      | REVISION |
      | 1        |
      | 3        |
      | 4        |
    And there are 3 controllerrevisions
    And metadata.labels.pod-template-generation of the pod of daemonset/web on node-0 is 4

  Scenario: The oldest revisions go beyond the limit
    When I set spec.revisionHistoryLimit of daemonset/web to 1
    And the cluster settles
    And I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    And I set the image of daemonset/web container web to nginx:3
    And the cluster settles
    Then the controllerrevisions are:
      | REVISION |
      | 3        |
      | 4        |

  Scenario: A revision that pods are still of stays whatever the limit
    When I set spec.updateStrategy of daemonset/web to {type: OnDelete, rollingUpdate: null}
    And I set spec.revisionHistoryLimit of daemonset/web to 0
    And the cluster settles
    And I set the image of daemonset/web container web to nginx:2
    And the cluster settles
    Then the controllerrevisions are:
      | REVISION |
      | 2        |
      | 3        |
    When I delete the pod of daemonset/web on node-0
    And the cluster settles
    Then the controllerrevisions are:
      | REVISION |
      | 3        |

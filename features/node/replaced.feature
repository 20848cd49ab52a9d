Feature: Workloads on a node that is given up
  Pods tolerate a node that is not ready or not heard of for five minutes, unless they say otherwise. After that they are deleted, and what
  owns them makes others elsewhere; a DaemonSet's pods stay.

  Background:
    Given a cluster with 3 nodes

  Scenario: A taint drives pods out, and their Deployment makes others elsewhere
    When I apply "../deployment/web.yaml"
    And the cluster settles
    And I taint node/node-0 maint=now:NoExecute
    And the cluster settles
    Then there are no pods of deployment/web on node-0
    And there are 4 running pods of deployment/web

  Scenario: A tolerated time is waited for, and a pod that tolerates the taint for good stays
    When I apply "../deployment/web.yaml"
    And I set spec.template.spec.tolerations of deployment/web to [{key: maint, operator: Exists, effect: NoExecute, tolerationSeconds: 60}]
    And the cluster settles
    And 10 seconds pass
    And I mark this moment
    And I taint node/node-0 maint=now:NoExecute
    And I cordon node/node-0
    And 59 seconds pass
    Then no pods of deployment/web were removed
    When the cluster settles
    Then there are 4 running pods of deployment/web
    When I set spec.template.spec.tolerations of deployment/web to [{key: maint, operator: Exists}]
    And the cluster settles
    And 10 seconds pass
    And I mark this moment
    And I taint node/node-1 maint=now:NoExecute
    And I taint node/node-2 maint=now:NoExecute
    And 1 hour passes
    Then no pods of deployment/web were removed

  Scenario: The pods of a DaemonSet tolerate what nodes are given up for, but not every taint
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    And I mark this moment
    And I taint node/node-0 node.kubernetes.io/unreachable:NoExecute
    And 1 minute passes
    Then no pods of daemonset/web were removed
    When I taint node/node-1 maint=now:NoExecute
    And the cluster settles
    Then there are no pods of daemonset/web on node-1
    And status.desiredNumberScheduled of daemonset/web is 2

  Scenario: A pod of a StatefulSet comes back under its name on another node
    When I apply "../statefulset/web.yaml"
    And the cluster settles
    And I taint node/node-0 maint=now:NoExecute
    And the cluster settles
    Then there are 3 ready pods of statefulset/web
    And there are no pods of statefulset/web on node-0

Feature: Nodes come, go and change under a DaemonSet
  What happens to a node wakes a DaemonSet when a pod is missing there or has to go.

  Scenario: A node that joins gets its pod
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And node/node-2 joins
    And the cluster settles
    Then there are 3 running pods of daemonset/web
    And there is 1 running pod of daemonset/web on node-2
    And the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 3       | 3       | 3     | 3          | 3         |

  Scenario: A node that is deleted takes its pod along once the pod is collected
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And node/node-1 is deleted
    And 3 seconds pass
    Then there are 2 pods of daemonset/web
    And status.desiredNumberScheduled of daemonset/web is 2
    When 80 seconds pass
    Then there is 1 pod of daemonset/web
    And the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 1       | 1       | 1     | 1          | 1         |
    And the trace matches the snapshot "a node leaves"

  Scenario: A taint that pods may sit out leaves the status as it was until something else happens
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I taint node/node-1 env=dev:NoSchedule
    And the cluster settles
    Then status.desiredNumberScheduled of daemonset/web is 2
    And there are 2 running pods of daemonset/web
    When I annotate the pod of daemonset/web on node-0 note=x
    And the cluster settles
    Then status.desiredNumberScheduled of daemonset/web is 1
    And status.numberMisscheduled of daemonset/web is 1
    And there are 2 running pods of daemonset/web

  Scenario: Nodes that change in other ways are of no interest
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I mark this moment
    And I label node/node-0 colour=blue
    And I annotate node/node-1 note=x
    And the cluster settles
    Then no pods of daemonset/web were created
    And no pods of daemonset/web were removed

Feature: minReadySeconds
  A pod counts as available once it has been ready for so long, and an update waits for that.

  Scenario: Available comes after ready
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And I set spec.minReadySeconds of daemonset/web to 30
    And 10 seconds pass
    Then the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 2       | 2       | 2     | 2          | 0         |
    And status.numberUnavailable of daemonset/web is 2
    When 25 seconds pass
    Then the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 2       | 2       | 2     | 2          | 2         |

  Scenario: An update waits for each pod to become available
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And I set spec.minReadySeconds of daemonset/web to 60
    And I set spec.template.spec.terminationGracePeriodSeconds of daemonset/web to 1
    And the cluster settles
    And 2 minutes pass
    And I set the image of daemonset/web container web to nginx:2
    And 50 seconds pass
    Then status.updatedNumberScheduled of daemonset/web is 1
    When 60 seconds pass
    Then status.updatedNumberScheduled of daemonset/web is 2
    And status.numberAvailable of daemonset/web is 1

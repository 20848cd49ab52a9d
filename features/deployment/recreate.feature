Feature: Recreate
  With the strategy Recreate every old pod is gone before the first new one is made.

  Scenario: No pod of the old template beside one of the new
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And I merge patch deployment/web with:
      """yaml
      spec: {strategy: {type: Recreate, rollingUpdate: null}}
      """
    And the cluster settles
    When 10 seconds pass
    And I mark this moment
    And I set the image of deployment/web container web to nginx:2
    And the cluster settles
    Then deployment/web is rolled out
    And at most 4 pods of deployment/web ran at once
    And the trace of deployment/web since the marked moment matches the snapshot "first down then up"

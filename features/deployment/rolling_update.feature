Feature: RollingUpdate of a Deployment
  The article on DaemonSets (000) says that a ReplicaSet keeps the number of pods, and that Deployments were put above it
  for rolling updates.

  Background:
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: Four replicas are replaced with one more and one less at a time
    When 10 seconds pass
    And I mark this moment
    And I set the image of deployment/web container web to nginx:2
    And the cluster settles
    Then deployment/web is rolled out
    And never more than 1 pod of deployment/web was unavailable
    And 4 pods of deployment/web were created
    And 4 pods of deployment/web were removed
    And the replicasets are:
      | NAME  | DESIRED | CURRENT | READY | IMAGES  |
      | web-* | 0       | 0       | 0     | nginx:1 |
      | web-* | 4       | 4       | 4     | nginx:2 |
    And metadata.annotations[deployment.kubernetes.io/revision] of deployment/web is 2
    And the trace of deployment/web since the marked moment matches the snapshot "by quarters"

  Scenario Outline: maxSurge and maxUnavailable bound every step
    When I scale deployment/web to 10
    And I set spec.strategy.rollingUpdate of deployment/web to {maxSurge: <surge>, maxUnavailable: <unavailable>}
    And the cluster settles
    And I mark this moment
    And I set the image of deployment/web container web to nginx:2
    And the cluster settles
    Then deployment/web is rolled out
    And never more than <away> pods of deployment/web were unavailable
    And 10 pods of deployment/web were created

    Examples:
      | surge | unavailable | away |
      | 1     | 0           | 0    |
      | 0     | 1           | 1    |
      | 3     | 0           | 0    |
      | 25%   | 25%         | 2    |
      | 100%  | 0           | 0    |
      | 0     | 100%        | 10   |

  Scenario: A rollout to pods that do not start stops, and its deadline is told
    When I set spec.template.spec.containers of deployment/web to [{name: web, image: "nginx:2", command: [sh, -c, exit 1]}]
    And 5 minutes pass
    Then the deployments are:
      | NAME | READY | UP-TO-DATE | AVAILABLE |
      | web  | 3/4   | 2          | 3         |
    And condition Available of deployment/web is True
    And condition Progressing of deployment/web is True
    When 6 minutes pass
    Then condition Progressing of deployment/web is False
    When I set spec.template.spec.containers of deployment/web to [{name: web, image: "nginx:3"}]
    And the cluster settles
    Then deployment/web is rolled out
    And deployment/web has condition Progressing with reason NewReplicaSetAvailable

  Scenario: A pod counts as available when it has been ready for minReadySeconds
    When I set spec.minReadySeconds of deployment/web to 20
    And the cluster settles
    And I mark this moment
    And I set the image of deployment/web container web to nginx:2
    And 15 seconds pass
    Then the deployments are:
      | NAME | READY | UP-TO-DATE | AVAILABLE |
      | web  | 5/4   | 2          | 3         |
    When the cluster settles
    Then deployment/web is rolled out
    And never more than 1 pod of deployment/web was unavailable

  Scenario: A change beside the template makes no new ReplicaSet
    When I mark this moment
    And I annotate deployment/web note=x
    And the cluster settles
    Then no pods of deployment/web were removed
    And there is 1 replicaset
    And metadata.annotations.note of replicaset/web-* is x
    And status.observedGeneration of deployment/web is 2

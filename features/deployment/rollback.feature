Feature: The revisions of a Deployment
  Every template that a Deployment has had is kept as a ReplicaSet without pods, up to revisionHistoryLimit, and can be
  taken up again.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: A rollback takes up the old ReplicaSet under a new number
    When I set the image of deployment/web container web to nginx:2
    And the cluster settles
    And I undo the rollout of deployment/web
    And the cluster settles
    Then deployment/web is rolled out
    And the replicasets are:
      | NAME  | DESIRED | CURRENT | READY | IMAGES  |
      | web-* | 0       | 0       | 0     | nginx:2 |
      | web-* | 4       | 4       | 4     | nginx:1 |
    And metadata.annotations[deployment.kubernetes.io/revision] of deployment/web is 3

  Scenario: A named revision, and one that is not there
    When I set the image of deployment/web container web to nginx:2
    And the cluster settles
    And I set the image of deployment/web container web to nginx:3
    And the cluster settles
    And I undo the rollout of deployment/web to revision 1
    And the cluster settles
    Then spec.template.spec.containers[0].image of deployment/web is nginx:1
    When I try to undo the rollout of deployment/web to revision 1
    Then it is refused with "unable to find specified revision 1 in history"

  Scenario: Only as many old ReplicaSets are kept as are asked for
    When I set spec.revisionHistoryLimit of deployment/web to 1
    And I set the image of deployment/web container web to nginx:2
    And the cluster settles
    And I set the image of deployment/web container web to nginx:3
    And the cluster settles
    Then the replicasets are:
      | DESIRED | IMAGES  |
      | 0       | nginx:2 |
      | 4       | nginx:3 |
    When I set spec.revisionHistoryLimit of deployment/web to 0
    And the cluster settles
    Then there is 1 replicaset

  Scenario: A restart is a rollout of the same images
    When I mark this moment
    And I restart deployment/web
    And the cluster settles
    Then deployment/web is rolled out
    And 4 pods of deployment/web were created
    And there are 2 replicasets

  @kubectl
  Scenario: kubectl tells of a rollout, of its history, and takes it back
    When I run `kubectl set image deployment/web web=nginx:2`
    And I run `kubectl rollout status deployment/web`
    Then the output matches the snapshot "status"
    When I run `kubectl rollout history deployment/web`
    Then the output is:
      """
      deployment.apps/web 
      REVISION  CHANGE-CAUSE
      1         <none>
      2         <none>

      """
    When I run `kubectl rollout history deployment/web --revision=2`
    Then the output contains "nginx:2"
    When I run `kubectl rollout undo deployment/web`
    Then the output is:
      """
      deployment.apps/web rolled back
      """
    When I run `kubectl rollout status deployment/web`
    Then the output contains "successfully rolled out"
    When I run `kubectl rollout undo deployment/web --to-revision=2`
    And I run `kubectl rollout status deployment/web`
    When I run `kubectl rollout status deployment/web`
    And I run `kubectl rollout history deployment/web`
    Then the output is:
      """
      deployment.apps/web 
      REVISION  CHANGE-CAUSE
      3         <none>
      4         <none>

      """

  @kubectl @wall-clock
  Scenario: kubectl restarts the pods of a Deployment, and stamps them with its own clock
    When I run `kubectl rollout restart deployment/web`
    Then the output is:
      """
      deployment.apps/web restarted
      """
    When I run `kubectl rollout status deployment/web`
    Then the output contains "successfully rolled out"

  @kubectl
  Scenario: kubectl waits for a rollout that makes no progress, and says so
    When I run `kubectl patch deployment/web -p '{"spec":{"progressDeadlineSeconds":60,"template":{"spec":{"schedulerName":"nobody"}}}}'`
    And I run `kubectl rollout status deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: deployment "web" exceeded its progress deadline
      """

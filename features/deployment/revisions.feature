Feature: What the revisions of a Deployment remember
  Each ReplicaSet has the number of its rollout, those that it had before, the cause that was noted, and the size of the Deployment.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And I annotate deployment/web kubernetes.io/change-cause=first
    And the cluster settles

  @kubectl
  Scenario: Causes are kept with their revisions, and come back with them
    When I set the image of deployment/web container web to nginx:2
    And I annotate deployment/web kubernetes.io/change-cause=second
    And the cluster settles
    And I run `kubectl rollout history deployment/web`
    Then the output is:
      """
      deployment.apps/web 
      REVISION  CHANGE-CAUSE
      1         first
      2         second

      """
    When I undo the rollout of deployment/web
    And the cluster settles
    Then metadata.annotations[kubernetes.io/change-cause] of deployment/web is first
    When I run `kubectl rollout history deployment/web`
    Then the output is:
      """
      deployment.apps/web 
      REVISION  CHANGE-CAUSE
      2         second
      3         first

      """
    When I run `kubectl get rs -o jsonpath='{range .items[?(@.spec.replicas==4)]}{.metadata.annotations.deployment\.kubernetes\.io/revision} {.metadata.annotations.deployment\.kubernetes\.io/revision-history}{end}'`
    Then the output is:
      """
      3 1
      """

  Scenario: The size of the Deployment is noted on its sets
    Then metadata.annotations[deployment.kubernetes.io/desired-replicas] of replicaset/web-* is 4
    And metadata.annotations[deployment.kubernetes.io/max-replicas] of replicaset/web-* is 5
    When I scale deployment/web to 10
    And the cluster settles
    Then metadata.annotations[deployment.kubernetes.io/desired-replicas] of replicaset/web-* is 10
    And metadata.annotations[deployment.kubernetes.io/max-replicas] of replicaset/web-* is 13

  Scenario: Made smaller in the middle of a stuck rollout, every set gives in proportion
    When I set spec.strategy.rollingUpdate of deployment/web to {maxSurge: 3, maxUnavailable: 2}
    And I scale deployment/web to 10
    And the cluster settles
    And I set spec.template.spec.schedulerName of deployment/web to nobody
    And the cluster settles
    Then the replicasets are:
      | DESIRED | READY |
      | 8       | 8     |
      | 5       | 0     |
    When 10 seconds pass
    And I mark this moment
    And I scale deployment/web to 5
    And the cluster settles
    Then the replicasets are:
      | DESIRED | READY |
      | 3       | 3     |
      | 5       | 0     |
    And never more than 2 pods of deployment/web were unavailable

  Scenario: A third template in the middle of a stuck rollout begins with the pods that serve nobody
    When I set spec.template.spec.schedulerName of deployment/web to nobody
    And the cluster settles
    Then the deployments are:
      | NAME | READY | UP-TO-DATE | AVAILABLE |
      | web  | 3/4   | 2          | 3         |
    When 10 seconds pass
    And I mark this moment
    And I merge patch deployment/web with:
      """yaml
      spec: {template: {spec: {schedulerName: default-scheduler, terminationGracePeriodSeconds: 2}}}
      """
    And the cluster settles
    Then deployment/web is rolled out
    And never more than 1 pod of deployment/web was unavailable
    And there are 3 replicasets

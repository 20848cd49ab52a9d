Feature: Paused Deployments
  A paused Deployment takes changes of its template without a rollout, so that several become one.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: Two changes become one rollout
    When I pause the rollout of deployment/web
    And I set the image of deployment/web container web to nginx:2
    And I set spec.template.spec.terminationGracePeriodSeconds of deployment/web to 2
    And the cluster settles
    Then condition Progressing of deployment/web is Unknown
    And the message of condition Progressing of deployment/web is:
      """
      Deployment is paused
      """
    And there is 1 replicaset
    When I scale deployment/web to 6
    And the cluster settles
    Then there are 6 running pods of deployment/web
    When I resume the rollout of deployment/web
    And the cluster settles
    Then deployment/web is rolled out
    And there are 2 replicasets
    And metadata.annotations[deployment.kubernetes.io/revision] of deployment/web is 2

  Scenario: What is paused is not paused again, nor restarted
    When I pause the rollout of deployment/web
    And I try to pause the rollout of deployment/web
    Then it is refused with "is already paused"
    When I try to restart deployment/web
    Then it is refused with "can't restart paused deployment (run rollout resume first)"
    When I resume the rollout of deployment/web
    And I try to resume the rollout of deployment/web
    Then it is refused with "is not paused"

  Scenario: A Deployment that is scaled in the middle of a stuck rollout keeps the proportion of old and new
    When I set spec.strategy.rollingUpdate of deployment/web to {maxSurge: 3, maxUnavailable: 2}
    And I scale deployment/web to 10
    And the cluster settles
    And I set spec.template.spec.schedulerName of deployment/web to nobody
    And the cluster settles
    Then the replicasets are:
      | NAME  | DESIRED | CURRENT | READY |
      | web-* | 8       | 8       | 8     |
      | web-* | 5       | 5       | 0     |
    When I scale deployment/web to 15
    And the cluster settles
    Then the replicasets are:
      | NAME  | DESIRED | CURRENT | READY |
      | web-* | 11      | 11      | 11    |
      | web-* | 7       | 7       | 0     |

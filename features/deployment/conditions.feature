Feature: What a Deployment says of its rollout
  `Progressing` tells whether a rollout moves, is over or has not moved for `progressDeadlineSeconds`; `Available` whether enough
  pods serve; `ReplicaFailure` why pods could not be made.

  Background:
    Given a cluster with 2 nodes

  Scenario: A rollout from its beginning to its end
    Given every node takes 10 seconds to start containers
    When I apply "web.yaml"
    And 5 seconds pass
    Then deployment/web has condition Progressing with reason ReplicaSetUpdated
    And the message of condition Progressing of deployment/web is:
      """
      ReplicaSet "web-*" is progressing.
      """
    And condition Available of deployment/web is False with reason MinimumReplicasUnavailable
    And the message of condition Available of deployment/web is:
      """
      Deployment does not have minimum availability.
      """
    And status.unavailableReplicas of deployment/web is 4
    When 10 seconds pass
    Then condition Progressing of deployment/web is True
    And deployment/web has condition Progressing with reason NewReplicaSetAvailable
    And the message of condition Progressing of deployment/web is:
      """
      ReplicaSet "web-*" has successfully progressed.
      """
    And deployment/web has condition Available with reason MinimumReplicasAvailable and message "Deployment has minimum availability."
    And status.unavailableReplicas of deployment/web is not set
    And the trace of deployment/web matches the snapshot "from the beginning to the end"

  Scenario: A rollout that does not move for its deadline is told of, and recovers
    Given I apply "web.yaml"
    And I set spec.progressDeadlineSeconds of deployment/web to 60
    And the cluster settles
    When I set spec.template.spec.schedulerName of deployment/web to nobody
    And 59 seconds pass
    Then deployment/web has condition Progressing with reason ReplicaSetUpdated
    When 3 seconds pass
    Then condition Progressing of deployment/web is False with reason ProgressDeadlineExceeded
    And the message of condition Progressing of deployment/web is:
      """
      ReplicaSet "web-*" has timed out progressing.
      """
    And condition Available of deployment/web is True
    When I set spec.template.spec.schedulerName of deployment/web to default-scheduler
    And the cluster settles
    Then deployment/web is rolled out
    And deployment/web has condition Progressing with reason NewReplicaSetAvailable
    And the replicasets are:
      | DESIRED | READY |
      | 0       | 0     |
      | 4       | 4     |

  Scenario: Time in which a Deployment is paused does not count against the deadline
    Given I apply "web.yaml"
    And I set spec.progressDeadlineSeconds of deployment/web to 60
    And the cluster settles
    When I set spec.template.spec.schedulerName of deployment/web to nobody
    And 30 seconds pass
    And I pause the rollout of deployment/web
    And 10 minutes pass
    Then condition Progressing of deployment/web is Unknown with reason DeploymentPaused
    And the message of condition Progressing of deployment/web is:
      """
      Deployment is paused
      """
    When I resume the rollout of deployment/web
    Then condition Progressing of deployment/web is Unknown with reason DeploymentResumed
    And the message of condition Progressing of deployment/web is:
      """
      Deployment is resumed
      """
    When 59 seconds pass
    Then condition Progressing of deployment/web is Unknown
    When 3 seconds pass
    Then condition Progressing of deployment/web is False with reason ProgressDeadlineExceeded

  Scenario: Without a deadline nothing is told of progress
    Given I apply "web.yaml"
    When I set spec.progressDeadlineSeconds of deployment/web to 2147483647
    And the cluster settles
    Then deployment/web does not have condition Progressing
    And deployment/web has condition Available with reason MinimumReplicasAvailable
    When I set spec.template.spec.schedulerName of deployment/web to nobody
    And 1 hour passes
    Then deployment/web does not have condition Progressing

  Scenario: A deadline has to be longer than the time in which a pod becomes available
    Given I apply "web.yaml"
    When I try to patch deployment/web with:
      """yaml
      spec: {minReadySeconds: 60, progressDeadlineSeconds: 60}
      """
    Then it is refused as Invalid with:
      """
      Deployment.apps "web" is invalid: spec.progressDeadlineSeconds: Invalid value: 60: must be greater than minReadySeconds
      """

  Scenario: A ReplicaSet that is adopted is found, not made
    Given I apply "web.yaml"
    And the cluster settles
    And I delete deployment/web orphaning its dependents
    And the cluster settles
    When I mark this moment
    And I apply "web.yaml"
    And the cluster settles
    Then deployment/web has condition Progressing with reason NewReplicaSetAvailable
    And the trace of deployment/web since the marked moment matches the snapshot "found"

Feature: What a Deployment owns
  A Deployment owns the ReplicaSets that its selector names, and they own their pods.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: A size that is set by hand is set back
    When I set spec.replicas of replicaset/web-* to 7
    And the cluster settles
    Then spec.replicas of replicaset/web-* is 4
    And there are 4 running pods of deployment/web

  Scenario: A Deployment that comes back takes over what it left behind
    When I mark this moment
    And I delete deployment/web orphaning its dependents
    And the cluster settles
    Then replicaset/web-* has no owner
    And there are 4 running pods
    When I apply "web.yaml"
    And the cluster settles
    Then replicaset/web-* is owned by deployment/web
    And deployment/web has condition Progressing with reason NewReplicaSetAvailable
    And there are 4 running pods of deployment/web
    And there is 1 replicaset

  Scenario: Deleting a Deployment deletes its ReplicaSets and pods
    When I delete deployment/web
    And the cluster settles
    Then there are no replicasets
    And there are no pods

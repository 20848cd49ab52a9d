Feature: The names of a Deployment's ReplicaSets
  A hash of the template is the end of a ReplicaSet's name, and the label `pod-template-hash` of the ReplicaSet, of its selector and
  of its pods, so that the ReplicaSets of one Deployment do not take each other's pods.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: The hash is on the set, in its selector and on its pods
    Then replicaset/web-* matches the snapshot "with its hash"

  Scenario: The same template gets the same name again
    Then the replicasets match the snapshot "the first time"
    When I delete deployment/web
    And the cluster settles
    And I apply "web.yaml"
    And the cluster settles
    Then the replicasets match the snapshot "the same name again"

  Scenario: A name that is taken counts as a collision, and the next hash is tried
    The set that a Deployment left behind has lost its labels, so that nobody adopts it; but it has the name that the same template
    would get.
    When I delete deployment/web orphaning its dependents
    And the cluster settles
    And I label replicaset/web-* app-
    And I apply "web.yaml"
    And the cluster settles
    Then status.collisionCount of deployment/web is 1
    And there are 2 replicasets
    And deployment/web is rolled out
    And there are 4 running pods of deployment/web
    When I set the image of deployment/web container web to nginx:2
    And the cluster settles
    Then status.collisionCount of deployment/web is 1
    And deployment/web is rolled out

  Scenario: A set that loses its labels is let go, and a new one is made
    When I label replicaset/web-* app=other
    And the cluster settles
    Then there are 2 replicasets
    And there are 8 running pods
    And there are 4 running pods of deployment/web
    And there is 1 replicaset labelled app=other

  Scenario: A pod that loses its hash is let go by its set, and replaced
    When I scale deployment/web to 1
    And I cordon node/node-1
    And I scale deployment/web to 0
    And the cluster settles
    And I scale deployment/web to 1
    And the cluster settles
    And I label the pod of deployment/web on node-0 pod-template-hash-
    And the cluster settles
    Then there are 2 running pods
    And there is 1 running pod of deployment/web

Feature: Controllers that are down
  A step takes any controller down, and brings it back. What it looks after stands still meanwhile; it comes back without a memory, and
  makes up for what it missed.

  Background:
    Given a cluster with 2 nodes

  Scenario: Without the Deployment controller there is no ReplicaSet, and without the ReplicaSet controller no pod
    When the deployment-controller goes down
    And the replicaset-controller goes down
    And I apply "../deployment/web.yaml"
    And 1 minute passes
    Then there are no replicasets
    When the deployment-controller comes back
    And 1 minute passes
    Then there is 1 replicaset
    And there are no pods
    When the replicaset-controller comes back
    And the cluster settles
    Then there are 4 running pods of deployment/web
    And deployment/web is rolled out

  Scenario: In the middle of a rollout
    When I apply "../deployment/web.yaml"
    And the cluster settles
    And I mark this moment
    And I set the image of deployment/web container web to nginx:2
    And the deployment-controller goes down
    And 10 minutes pass
    Then the replicasets are:
      | DESIRED | READY | IMAGES  |
      | 3       | 3     | nginx:1 |
      | 2       | 2     | nginx:2 |
    When the deployment-controller comes back
    And the cluster settles
    Then deployment/web is rolled out
    And never more than 1 pod of deployment/web was unavailable

  Scenario: Without the scheduler pods wait
    When the default-scheduler goes down
    And I apply "../deployment/web.yaml"
    And 1 minute passes
    Then there are 4 pending pods of deployment/web
    When the default-scheduler comes back
    And the cluster settles
    Then there are 4 running pods of deployment/web

  Scenario: Without the StatefulSet controller a lost pod does not come back
    When I apply "../statefulset/web.yaml"
    And the cluster settles
    And the statefulset-controller goes down
    And I delete pod/web-1
    And 1 minute passes
    Then there are 2 pods of statefulset/web
    When the statefulset-controller comes back
    And the cluster settles
    Then there are 3 ready pods of statefulset/web

  Scenario: Without the EndpointSlice controller a service leads to pods that are gone
    When I apply "../service/backend.yaml"
    And the cluster settles
    And the endpointslice-controller goes down
    And I scale deployment/web to 1
    And 1 minute passes
    Then the endpointslices labelled kubernetes.io/service-name=web are:
      | ENDPOINTS |
      | *,*       |
    When the endpointslice-controller comes back
    And the cluster settles
    Then the endpointslices labelled kubernetes.io/service-name=web are:
      | ENDPOINTS |
      | 10.244.*  |

  Scenario: Without the garbage collector what is owned stays
    When I apply "../deployment/web.yaml"
    And the cluster settles
    And the garbage-collector-controller goes down
    And I delete deployment/web
    And 1 minute passes
    Then there are 4 running pods
    When the garbage-collector-controller comes back
    And the cluster settles
    Then there are no pods

  Scenario: An autoscaler that comes back begins its windows anew
    When I apply "../autoscaler/web.yaml"
    And pods of deployment/web use 50% cpu
    And the cluster settles
    And pods of deployment/web use 10% cpu
    And 4 minutes pass
    And the horizontal-pod-autoscaler goes down
    And 1 hour passes
    Then spec.replicas of deployment/web is 4
    When the horizontal-pod-autoscaler comes back
    And 4 minutes pass
    Then spec.replicas of deployment/web is 4
    When 2 minutes pass
    Then spec.replicas of deployment/web is 2

  Scenario Outline: Every controller can be taken down
    When the <controller> goes down
    And 1 minute passes
    And the <controller> comes back
    And I apply "../deployment/web.yaml"
    And the cluster settles
    Then deployment/web is rolled out

    Examples:
      | controller                       |
      | namespace-controller             |
      | service-account-controller       |
      | root-ca-certificate-publisher    |
      | serviceaccount-token-controller  |
      | resourcequota-controller         |
      | taint-eviction-controller        |
      | pod-garbage-collector            |
      | node-controller                  |
      | ttl-after-finished-controller    |
      | pvc-protection-controller        |
      | endpointslicemirroring-controller |
      | daemonset-controller             |
      | job-controller                   |
      | cronjob-controller               |
      | endpoint-controller              |
      | replication-controller           |
      | persistentvolume-controller      |

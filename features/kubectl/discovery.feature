@kubectl
Feature: kubectl learns what a cluster is
  Versions, kinds, rights and events.

  Background:
    Given a cluster with 1 node

  Scenario: The version, the address and the group versions
    When I run `kubectl version`
    Then the output contains "Server Version: v1.36.2"
    When I run `kubectl cluster-info`
    Then the output contains "Kubernetes control plane is running at http://127.0.0.1:*"
    When I run `kubectl api-versions`
    Then the output contains:
      """
      apps/v1
      """
    And the output contains "batch/v1"

  Scenario: The kinds and their names
    When I run `kubectl api-resources --api-group=apps`
    Then the output is:
      """
      NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
      controllerrevisions                apps/v1      true         ControllerRevision
      daemonsets            ds           apps/v1      true         DaemonSet
      deployments           deploy       apps/v1      true         Deployment
      replicasets           rs           apps/v1      true         ReplicaSet
      statefulsets          sts          apps/v1      true         StatefulSet
      """
    When I run `kubectl get submarines`
    Then it fails with exit code 1
    And the error output is:
      """
      error: the server doesn't have a resource type "submarines"
      """

  Scenario: The health, as a whole and check by check
    When I run `kubectl get --raw /readyz`
    Then the output is:
      """
      ok
      """
    When I run `kubectl get --raw '/livez?verbose'`
    Then the output contains:
      """
      [+]ping ok
      [+]log ok
      [+]etcd ok
      """
    And the output contains "livez check passed"

  Scenario: Events, sorted as they came
    When I run `kubectl run web --image=nginx`
    And the cluster settles
    And I run `kubectl get events --sort-by=.metadata.resourceVersion`
    Then the output contains "LAST SEEN   TYPE     REASON      OBJECT    MESSAGE"
    And the output contains "*s * Normal   Scheduled   pod/web   Successfully assigned default/web to node-0"
    And the output contains "*s * Normal   Started     pod/web   Container started"

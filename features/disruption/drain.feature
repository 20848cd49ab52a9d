Feature: Draining a node under a budget

  A drain evicts the pods of a node, and tries again every five seconds what a budget holds.

  Background:
    Given a cluster with 3 nodes
    And every node takes 2 seconds to start containers
    And I apply "web.yaml"
    And I apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: web
      spec:
        maxUnavailable: 1
        selector:
          matchLabels:
            app: web
      """
    And I wait until deployment/web is rolled out

  Scenario: One pod at a time goes elsewhere
    Given I cordon node/node-2
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 6
        selector:
          matchLabels:
            app: web
        template:
          metadata:
            labels:
              app: web
          spec:
            terminationGracePeriodSeconds: 0
            containers:
              - name: web
                image: nginx
      """
    And I wait until deployment/web is rolled out
    And I uncordon node/node-2
    When I mark this moment
    And I drain node/node-0
    Then there are no pods on node-0
    When I wait until deployment/web is rolled out
    Then never more than 1 pod of deployment/web was unavailable

  Scenario: A budget that allows nothing holds the drain until it gives up
    Given I set spec.maxUnavailable of poddisruptionbudget/web to 0
    When I try to drain node/node-0 for at most 1 minute
    Then it is refused as TooManyRequests
    And no pods of deployment/web were removed
    And spec.unschedulable of node/node-0 is true

  @kubectl
  Scenario: kubectl gives up after its timeout
    Given I set spec.maxUnavailable of poddisruptionbudget/web to 0
    When I run `kubectl drain node-0 --timeout=12s`
    Then it fails with exit code 1
    And the error output contains:
      """
      error when evicting pods/"web-*" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.
      """
    And the error output contains "global timeout reached: 12s"
    And the output contains "node/node-0 cordoned"

  @kubectl
  Scenario: kubectl drains a node whose pods are replaced elsewhere
    When I run `kubectl drain node-0`
    Then it succeeds
    And the output contains "node/node-0 drained"
    And there are no pods on node-0
    When I wait until deployment/web is rolled out
    And I run `kubectl get pdb`
    Then the output is:
      """
      NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
      web    N/A             1                 1                     *
      """

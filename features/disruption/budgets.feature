Feature: What a disruption budget counts

  The disruption controller writes into the status of a PodDisruptionBudget how many of its pods are ready, how many have
  to be, and how many may therefore be disrupted.

  Scenario Outline: A budget bounds from one side, by a number or by a share of what the controllers of its pods want
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And I apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: web
      spec:
        <bound>
        selector:
          matchLabels:
            app: web
      """
    And I wait until deployment/web is rolled out
    Then the poddisruptionbudgets are:
      | NAME | MIN AVAILABLE | MAX UNAVAILABLE | ALLOWED DISRUPTIONS |
      | web  | <least>       | <most>          | <allowed>           |
    And status.currentHealthy of poddisruptionbudget/web is 4
    And status.desiredHealthy of poddisruptionbudget/web is <desired>
    And status.expectedPods of poddisruptionbudget/web is 4

    Examples:
      | bound                 | least | most | allowed | desired |
      | minAvailable: 3       | 3     | N/A  | 1       | 3       |
      | minAvailable: 30%     | 30%   | N/A  | 2       | 2       |
      | minAvailable: 5       | 5     | N/A  | 0       | 5       |
      | maxUnavailable: 1     | N/A   | 1    | 1       | 3       |
      | maxUnavailable: 30%   | N/A   | 30%  | 2       | 2       |
      | maxUnavailable: 0     | N/A   | 0    | 0       | 4       |

  Scenario: The status follows the pods
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And I apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: web
      spec:
        minAvailable: 3
        selector:
          matchLabels:
            app: web
      """
    Then condition DisruptionAllowed of poddisruptionbudget/web is False
    And status.conditions[type=DisruptionAllowed].reason of poddisruptionbudget/web is InsufficientPods
    When I wait until deployment/web is rolled out
    Then poddisruptionbudget/web has condition DisruptionAllowed with reason SufficientPods
    And poddisruptionbudget/web matches the snapshot "all are ready"
    When I scale deployment/web to 3
    And 1 second passes
    Then condition DisruptionAllowed of poddisruptionbudget/web is False
    And status.currentHealthy of poddisruptionbudget/web is 3
    When I set spec.minAvailable of poddisruptionbudget/web to 2
    Then status.observedGeneration of poddisruptionbudget/web is 2
    And status.disruptionsAllowed of poddisruptionbudget/web is 1

  Scenario: A budget that covers no pod says so and allows nothing
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: idle
      spec:
        maxUnavailable: 1
        selector:
          matchLabels:
            app: nowhere
      """
    Then there is a Normal event "NoPods" for poddisruptionbudget/idle with message "No matching pods found"
    And status.disruptionsAllowed of poddisruptionbudget/idle is 0
    And status.conditions[type=DisruptionAllowed].reason of poddisruptionbudget/idle is InsufficientPods

  Scenario: A share of pods that no controller owns cannot be told
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: bare
        labels:
          app: bare
      spec:
        containers:
          - name: main
            image: nginx
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: bare
      spec:
        maxUnavailable: 50%
        selector:
          matchLabels:
            app: bare
      """
    And I wait until pod/bare is ready
    Then there is a Warning event "UnmanagedPods" for poddisruptionbudget/bare
    And status.currentHealthy of poddisruptionbudget/bare is 1
    And status.expectedPods of poddisruptionbudget/bare is 0
    And status.disruptionsAllowed of poddisruptionbudget/bare is 0
    When I try to evict pod/bare
    Then it is refused as TooManyRequests

  Scenario: A controller that cannot be scaled makes the budget fail
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata:
        name: agent
      spec:
        selector:
          matchLabels:
            app: agent
        template:
          metadata:
            labels:
              app: agent
          spec:
            containers:
              - name: agent
                image: busybox
                command: [sleep, infinity]
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: agent
      spec:
        maxUnavailable: 1
        selector:
          matchLabels:
            app: agent
      """
    And I wait until daemonset/agent is rolled out
    Then there is a Warning event "CalculateExpectedPodCountFailed" for poddisruptionbudget/agent with message "Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource"
    And status.conditions[type=DisruptionAllowed].reason of poddisruptionbudget/agent is SyncFailed
    When I try to evict the pod of daemonset/agent on node-0
    Then it is refused as TooManyRequests

  Scenario: The scale of a custom resource counts
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: fleets.example.com
      spec:
        group: example.com
        scope: Namespaced
        names:
          plural: fleets
          kind: Fleet
        versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties:
                      size:
                        type: integer
                  status:
                    type: object
                    properties:
                      size:
                        type: integer
            subresources:
              status: {}
              scale:
                specReplicasPath: .spec.size
                statusReplicasPath: .status.size
      """
    And 1 second passes
    And I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Fleet
      metadata:
        name: boats
      spec:
        size: 10
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: boat
        labels:
          app: boat
      spec:
        containers:
          - name: main
            image: nginx
      """
    And I make fleet/boats the controller of pod/boat
    And I apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: boats
      spec:
        minAvailable: 25%
        selector:
          matchLabels:
            app: boat
      """
    Then status.expectedPods of poddisruptionbudget/boats is 10
    And status.desiredHealthy of poddisruptionbudget/boats is 3

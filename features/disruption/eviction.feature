Feature: An eviction asks the budget

  An eviction is a deletion that a PodDisruptionBudget may refuse.

  Background:
    Given a cluster with 4 nodes
    And I apply "web.yaml"
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
    And I wait until deployment/web is rolled out

  Scenario: A pod is evicted while the budget allows it
    When I mark this moment
    And I evict the pod of deployment/web on node-0
    And 1 minute passes
    Then status.currentHealthy of poddisruptionbudget/web is 4
    And status.disruptionsAllowed of poddisruptionbudget/web is 1
    And status.disruptedPods of poddisruptionbudget/web is not set
    And the trace matches the snapshot "one eviction"

  Scenario: A second eviction has to wait until the pod is replaced
    Given every node takes 10 seconds to start containers
    When I evict the pod of deployment/web on node-0
    And I try to evict the pod of deployment/web on node-1
    Then it is refused as TooManyRequests with:
      """
      Cannot evict pod as it would violate the pod's disruption budget.
      """
    When I wait until deployment/web is rolled out
    And I try to evict the pod of deployment/web on node-1
    Then it is accepted

  Scenario: An evicted pod is marked as disrupted before it goes
    Given I set spec.replicas of deployment/web to 0
    And 1 second passes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: slow
      spec:
        containers:
          - name: main
            image: busybox
            command: [sh, -c, "trap '' TERM; sleep infinity"]
      """
    And I wait until pod/slow is ready
    And I evict pod/slow
    Then pod/slow is being deleted
    And pod/slow has condition DisruptionTarget with reason EvictionByEvictionAPI and message "Eviction API: evicting"

  Scenario: Two budgets over one pod are a mistake
    When I apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata:
        name: everything
      spec:
        minAvailable: 1
        selector: {}
      """
    And I try to evict the pod of deployment/web on node-0
    Then it is refused with:
      """
      This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.
      """
    When I label the pod of deployment/web on node-1 seen=true
    Then there is a Warning event "MultiplePodDisruptionBudgets" for the pod of deployment/web on node-1

  Scenario Outline: A pod that is not ready goes when the others suffice, or when the policy lets it
    Given I set spec.minAvailable of poddisruptionbudget/web to <least>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: sick
        labels:
          app: web
      spec:
        containers:
          - name: main
            image: nginx
            readinessProbe:
              exec:
                command: ["false"]
      """
    And I merge patch poddisruptionbudget/web with:
      """yaml
      spec:
        unhealthyPodEvictionPolicy: <policy>
      """
    And 5 seconds pass
    And I try to evict pod/sick
    Then it is <answer>

    Examples:
      | least | policy          | answer                     |
      | 4     | null            | accepted                   |
      | 4     | IfHealthyBudget | accepted                   |
      | 5     | IfHealthyBudget | refused as TooManyRequests |
      | 5     | AlwaysAllow     | accepted                   |

  Scenario: An announcement that does not come true is taken back after two minutes
    When I patch the status of the pod of deployment/web on node-0 with:
      """yaml
      status:
        conditions:
          - type: DisruptionTarget
            status: "True"
            reason: PreemptionByScheduler
            lastTransitionTime: "2026-01-01T00:00:00Z"
      """
    And I wait at most 3 minutes until condition DisruptionTarget of the pod of deployment/web on node-0 is False
    Then the time is T+2m

Feature: An important pod makes room for itself
  The scheduler deletes less important pods when that lets a pod run that no node can take: as few and as unimportant ones as
  will do, and those that no disruption budget protects before those that one does.

  Background:
    Given a cluster with nodes:
      | NAME | CPU |
      | n-0  | 1   |
    And I apply:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: high}
      value: 1000
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: middle}
      value: 100
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: polite}
      value: 1000
      preemptionPolicy: Never
      """

  Scenario: The victim goes gracefully while the preemptor is nominated to its node
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: low}
      spec:
        terminationGracePeriodSeconds: 10
        containers:
        - name: c
          image: busybox
          command: [sleep, infinity]
          resources: {requests: {cpu: 600m}}
      """
    And 5 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: high}
      spec:
        priorityClassName: high
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 600m}}
      """
    And 1 second passes
    Then status.nominatedNodeName of pod/high is n-0
    And condition PodScheduled of pod/high is False with reason Unschedulable
    And there is a Warning event "FailedScheduling" for pod/high with message "0/1 nodes are available: 1 Insufficient cpu."
    And pod/low is being deleted
    And condition DisruptionTarget of pod/low is True with reason PreemptionByScheduler
    And there is a Normal event "Preempted" for pod/low with message "Preempted by pod * on node n-0"
    When 15 seconds pass
    Then pod/low does not exist
    And pod/high is running
    And status.nominatedNodeName of pod/high is not set
    And the trace matches the snapshot "preempted"

  Scenario Outline: Whom it does not help
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: there}
      spec:
        priorityClassName: middle
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 600m}}
      """
    And 5 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: new}
      spec:
        <priority>
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: <cpu>}}
      """
    And 1 second passes
    Then there is a Warning event "FailedScheduling" for pod/new with message "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: <outcome>"
    And pod/there is running

    Examples:
      | priority                  | cpu  | outcome                                                                              |
      | priorityClassName: polite | 600m | not eligible due to preemptionPolicy=Never.                                          |
      | priorityClassName: middle | 600m | 0/1 nodes are available: 1 No preemption victims found for incoming pod.             |
      | priority: 0               | 600m | 0/1 nodes are available: 1 No preemption victims found for incoming pod.             |
      | priorityClassName: high   | 2    | 0/1 nodes are available: 1 Preemption is not helpful for scheduling.                 |

  Scenario: More important pods stay where the room of less important ones is not enough
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: important}
      spec:
        priorityClassName: high
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 500m}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: low}
      spec:
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 300m}}
      """
    And 5 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: new}
      spec:
        priorityClassName: middle
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 800m}}
      """
    And 1 second passes
    Then there is a Warning event "FailedScheduling" for pod/new with message "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Insufficient cpu."
    And pod/low is running

  Scenario: A protected pod is spared as long as another will do
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: guarded, labels: {app: guarded}}
      spec:
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 400m}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: plain}
      spec:
        priorityClassName: middle
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 400m}}
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: guarded}
      spec:
        minAvailable: 1
        selector: {matchLabels: {app: guarded}}
      """
    And 5 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: new}
      spec:
        priorityClassName: high
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 500m}}
      """
    And 1 second passes
    Then pod/plain does not exist
    And pod/guarded is running

  Scenario: The node whose victims matter least is chosen
    Given these nodes join:
      | NAME | CPU |
      | n-1  | 1   |
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: middle}
      spec:
        priorityClassName: middle
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 900m}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: low}
      spec:
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 900m}}
      """
    And 5 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: new}
      spec:
        priorityClassName: high
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 500m}}
      """
    And 1 second passes
    Then pod/low does not exist
    And pod/middle is running

Feature: A critical pod makes room for itself on its node
  A pod of a system priority that comes around the scheduler to a node without room is taken nevertheless: its kubelet ends
  others first, as few and as cheap ones as will do.

  Background:
    Given a cluster with nodes:
      | NAME  | CPU |
      | small | 1   |

  Scenario: A static priority wins over what runs
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: large}
      spec:
        nodeName: small
        terminationGracePeriodSeconds: 5
        containers:
        - name: c
          image: busybox
          command: [sleep, infinity]
          resources: {requests: {cpu: 600m}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: little}
      spec:
        nodeName: small
        containers:
        - name: c
          image: busybox
          command: [sleep, infinity]
          resources: {requests: {cpu: 300m}}
      """
    And 5 seconds pass
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: critical, namespace: kube-system}
      spec:
        nodeName: small
        priorityClassName: system-node-critical
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 500m}}
      """
    And 3 seconds pass
    Then pod/critical in namespace kube-system is pending
    When the cluster settles
    Then pod/critical in namespace kube-system is running
    And pod/little is running
    And pod/large matches the snapshot "preempted"
    And there is a Warning event "Preempting" for pod/large with message "Preempted in order to admit critical pod"
    And the trace matches the snapshot "room is made"

  Scenario: When all that could go is not enough, the critical pod fails
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: critical, namespace: kube-system}
      spec:
        nodeName: small
        priorityClassName: system-node-critical
        containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 1500m}}
      """
    And 3 seconds pass
    Then pod/critical in namespace kube-system is failed
    And status.reason of pod/critical in namespace kube-system is UnexpectedAdmissionError
    And status.message of pod/critical in namespace kube-system is "Pod was rejected: Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [(res: cpu, q: 500), ]"

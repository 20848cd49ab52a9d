Feature: A node that runs out of memory
  Its kubelet looks every ten seconds. Below `memory.available<100Mi` it reports MemoryPressure and evicts one pod after the
  other: those first that use more than they request, then those of low priority, then those that use the most beyond their
  request. The condition stays for five minutes after the pressure was last seen.

  Background:
    Given a cluster with nodes:
      | NAME | MEMORY |
      | a    | 2Gi    |

  Scenario: The pod that uses the most beyond its request is evicted
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: modest
        annotations: {seatrial.dev/container.web: grow to 400Mi}
      spec:
        nodeName: a
        containers:
        - name: web
          image: nginx
          resources: {requests: {memory: 500Mi}}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: greedy
        annotations: {seatrial.dev/container.web: "grow to 300Mi, grow to 700Mi after 95 seconds"}
      spec:
        nodeName: a
        containers:
        - name: web
          image: busybox
          command: [sleep, infinity]
          resources: {requests: {memory: 200Mi}}
      """
    And 900Mi of the memory of node/a is used outside of pods
    And 90 seconds pass
    Then condition MemoryPressure of node/a is False
    When 10 seconds pass
    Then node/a has condition MemoryPressure with reason KubeletHasInsufficientMemory and message "kubelet has insufficient memory available"
    And there is a Warning event "EvictionThresholdMet" for node/a with message "Attempting to reclaim memory"
    And there is a Normal event "NodeHasInsufficientMemory" for node/a with message "Node a status is now: NodeHasInsufficientMemory"
    When the cluster settles
    Then pod/modest is running
    And pod/greedy is failed
    And pod/greedy matches the snapshot "evicted"
    And the events of pod/greedy match the snapshot "events of the evicted pod"
    When 4 minutes pass
    Then condition MemoryPressure of node/a is True
    When 1 minute passes
    Then condition MemoryPressure of node/a is False
    And there is a Normal event "NodeHasSufficientMemory" for node/a
    And the trace matches the snapshot "pressure comes and goes"

  Scenario: A pod whose containers end well at SIGTERM has succeeded all the same
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: graceful
      spec:
        nodeName: a
        containers:
        - name: web
          image: busybox
          command: [sh, -c, "trap 'exit 0' TERM; sleep 1000 & wait"]
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: stubborn
      spec:
        nodeName: a
        containers: [{name: web, image: busybox, command: [sleep, "1000"]}]
      """
    And 20 seconds pass
    And 2Gi of the memory of node/a is used outside of pods
    And the cluster settles
    Then pod/graceful is succeeded
    And pod/graceful has condition DisruptionTarget with reason TerminationByKubelet
    And status.reason of pod/graceful is not set
    And pod/stubborn is failed
    And status.reason of pod/stubborn is Evicted

  Scenario: Critical pods are never evicted
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: critical, namespace: kube-system}
      spec:
        nodeName: a
        priorityClassName: system-node-critical
        containers: [{name: web, image: nginx}]
      """
    And 20 seconds pass
    And 2Gi of the memory of node/a is used outside of pods
    And 1 hour passes
    Then pod/critical in namespace kube-system is running
    And condition MemoryPressure of node/a is True

  Scenario: A pod without requests is not taken, and the taint keeps others away
    Given 2Gi of the memory of node/a is used outside of pods
    When 10 seconds pass
    Then the nodes match the snapshot "tainted"
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: best-effort}
      spec:
        nodeName: a
        containers: [{name: web, image: nginx}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: tolerating}
      spec:
        nodeName: a
        tolerations: [{key: node.kubernetes.io/memory-pressure, effect: NoSchedule}]
        containers: [{name: web, image: nginx}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: scheduled}
      spec:
        containers: [{name: web, image: nginx}]
      """
    And 1 second passes
    Then pod/best-effort is failed
    And status.reason of pod/best-effort is Evicted
    And status.message of pod/best-effort is "Pod was rejected: The node had condition: [MemoryPressure]. "
    And there is a Warning event "Evicted" for pod/best-effort with message "The node had condition: [MemoryPressure]. "
    And pod/tolerating is running
    And pod/scheduled is pending
    And there is a Warning event "FailedScheduling" for pod/scheduled with message "0/1 nodes are available: 1 node(s) had untolerated taint(s)*"

  Scenario: A soft threshold evicts after its grace period
    Given the kubelet of node/a evicts pods when memory.available is below 500Mi for 90 seconds
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: a
        containers: [{name: web, image: nginx}]
      """
    And 20 seconds pass
    And 1700Mi of the memory of node/a is used outside of pods
    And 85 seconds pass
    Then condition MemoryPressure of node/a is True
    And pod/web is running
    When 10 seconds pass
    Then there is a Warning event "Evicted" for pod/web with message "The node was low on resource: memory. Threshold quantity: 500Mi, available: 347Mi. Container web was using 1Mi, request is 0, has larger consumption of memory. "

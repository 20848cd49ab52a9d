Feature: A node whose disk, files or processes run out
  Images, logs and volumes share one disk here, so that its first threshold is `imagefs.available<15%`. Under DiskPressure and
  PIDPressure a node takes no pod that is not critical.

  Scenario: The pod that fills the disk is evicted
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: dear}
      value: 100
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: small}
      spec:
        nodeName: node-0
        containers: [{name: web, image: nginx}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: log}
      spec:
        nodeName: node-0
        containers:
        - name: web
          image: busybox
          command: [sleep, infinity]
          resources: {requests: {ephemeral-storage: 10Gi}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: dear}
      spec:
        nodeName: node-0
        priorityClassName: dear
        containers:
        - name: web
          image: nginx
      """
    And 5 seconds pass
    And container "web" of pod/log fills 30Gi of the disk
    And container "web" of pod/dear fills 40Gi of the disk
    And 20Gi of the disk of node/node-0 is used outside of pods
    And the cluster settles
    Then pod/small is running
    And pod/dear is running
    And pod/log is failed
    And the events of pod/log match the snapshot "events of the evicted pod"
    And there is a Warning event "EvictionThresholdMet" for node/node-0 with message "Attempting to reclaim ephemeral-storage"
    And node/node-0 has condition DiskPressure with reason KubeletHasDiskPressure and message "kubelet has disk pressure"
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: late}
      spec:
        nodeName: node-0
        containers:
        - name: web
          image: nginx
          resources: {requests: {memory: 1Gi}}
      """
    And 1 second passes
    Then status.message of pod/late is "Pod was rejected: The node had condition: [DiskPressure]. "

  Scenario: Without a threshold for processes nothing is done about them
    Given a cluster with 1 node
    And 99% of the pids of node/node-0 is used outside of pods
    When 1 minute passes
    Then condition PIDPressure of node/node-0 is False
    Given the kubelet of node/node-0 evicts pods when pid.available is below 5%
    When 10 seconds pass
    Then node/node-0 has condition PIDPressure with reason KubeletHasInsufficientPID and message "kubelet has insufficient PID available"
    And there is a Normal event "NodeHasInsufficientPID" for node/node-0

  Scenario: Files run out before the bytes do
    Given a cluster with 1 node
    And 96% of the inodes of node/node-0 is used outside of pods
    When 10 seconds pass
    Then condition DiskPressure of node/node-0 is True
    And there is a Warning event "EvictionThresholdMet" for node/node-0 with message "Attempting to reclaim inodes"

  Scenario: A pod of a workload is replaced elsewhere
    The evicted pod stays as it failed; its controller makes another, and the taint keeps that off the node.

    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 0
            containers: [{name: web, image: busybox, command: [sleep, infinity]}]
      """
    And the cluster settles
    And 100% of the disk of node/node-1 is used outside of pods
    And the cluster settles
    Then the pods of deployment/web match the snapshot "one evicted, one in its place"

  Scenario: A pod that uses more of the disk than it may is evicted, whatever is left
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
        annotations: {seatrial.dev/container.web: fill 3Gi of the disk after 1 minute}
      spec:
        containers:
        - name: web
          image: busybox
          command: [sleep, infinity]
          resources: {limits: {ephemeral-storage: 2Gi}}
      """
    And 60 seconds pass
    Then pod/web is running
    When 15 seconds pass
    Then pod/web is failed
    And status.message of pod/web is "Pod ephemeral local storage usage exceeds the total limit of containers 2Gi. "
    And pod/web does not have condition DisruptionTarget
    And condition DiskPressure of node/node-0 is False

  Scenario: A pod whose emptyDir holds more than it may is evicted
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: cache}
      spec:
        restartPolicy: Never
        volumes: [{name: data, emptyDir: {sizeLimit: 1Gi}}]
        containers:
        - name: fill
          image: busybox
          command: [sh, -c, "i=0; while true; do i=$((i + 1)); dd if=/dev/zero of=/data/$i bs=1M count=300; sleep 60; done"]
          volumeMounts: [{name: data, mountPath: /data}]
      """
    And 170 seconds pass
    Then pod/cache is running
    When 30 seconds pass
    Then pod/cache is failed
    And status.reason of pod/cache is Evicted
    And there is a Warning event "Evicted" for pod/cache with message "Usage of EmptyDir volume *data* exceeds the limit *1Gi*. "

  Scenario: A container that writes more than it may to its own files is evicted
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: greedy}
      spec:
        restartPolicy: Never
        containers:
        - name: fill
          image: busybox
          command: [sh, -c, "sleep 30; head -c 200M /dev/zero > /tmp/big; sleep infinity"]
          resources: {limits: {ephemeral-storage: 100Mi}}
        - name: other
          image: busybox
          command: [sleep, infinity]
          resources: {limits: {ephemeral-storage: 1Gi}}
      """
    And 25 seconds pass
    Then pod/greedy is running
    When 30 seconds pass
    Then pod/greedy is failed
    And there is a Warning event "Evicted" for pod/greedy with message "Container fill exceeded its local ephemeral storage limit *100Mi*. "

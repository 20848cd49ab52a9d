Feature: Pods wait for nodes from which their volumes can be reached
  The scheduler looks at claims before it chooses a node, and says why none will do.

  Background:
    Given a cluster with nodes:
      | NAME   | LABELS   |
      | node-0 | disk=ssd |
      | node-1 |          |
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: local}
      spec:
        capacity: {storage: 1Gi}
        accessModes: [ReadWriteOnce]
        storageClassName: local
        local: {path: /mnt/disk}
        nodeAffinity:
          required:
            nodeSelectorTerms:
            - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]
      ---
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: local}
      provisioner: kubernetes.io/no-provisioner
      volumeBindingMode: WaitForFirstConsumer
      """

  Scenario: A bound volume keeps its pods on its node
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: local, volumeName: local, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: elsewhere}
      spec:
        nodeSelector: {disk: ssd}
        containers: [{name: c, image: nginx}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      """
    And the cluster settles
    Then the message of condition PodScheduled of pod/elsewhere is:
      """
      0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
      """

  Scenario: A claim that waits is bound where its first pod can run
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: local, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Pending
    When I apply "consumer.yaml"
    And the cluster settles
    Then spec.nodeName of pod/consumer is node-1
    And spec.volumeName of persistentvolumeclaim/data is local

  Scenario: No volume is large enough
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: local, accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
      """
    And I apply "consumer.yaml"
    And the cluster settles
    Then the message of condition PodScheduled of pod/consumer is:
      """
      0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
      """

  Scenario: A claim that is being deleted
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: local, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And I apply "consumer.yaml"
    And the cluster settles
    And I delete persistentvolumeclaim/data
    And I create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: late}
      spec:
        containers: [{name: c, image: nginx}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      """
    And the cluster settles
    Then the message of condition PodScheduled of pod/late is:
      """
      0/2 nodes are available: persistentvolumeclaim "data" is being deleted. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
      """

  Scenario: A claim that one pod alone may use keeps a second one away until the first is gone
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: alone}
      spec:
        capacity: {storage: 1Gi}
        accessModes: [ReadWriteOncePod]
        storageClassName: alone
        hostPath: {path: /data}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: alone, accessModes: [ReadWriteOncePod], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec:
        containers: [{name: c, image: nginx}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      """
    And the cluster settles
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec:
        containers: [{name: c, image: nginx}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      """
    And the cluster settles
    Then the message of condition PodScheduled of pod/second is:
      """
      0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.
      """
    When I delete pod/first
    And the cluster settles
    Then status.phase of pod/second is Running

  Scenario: A volume is not made outside the topologies that its class allows
    When I apply:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: ssd}
      provisioner: seatrial.dev/virtual
      volumeBindingMode: WaitForFirstConsumer
      allowedTopologies:
      - matchLabelExpressions: [{key: disk, values: [ssd]}]
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: ssd, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: elsewhere}
      spec:
        nodeSelector: {kubernetes.io/hostname: node-1}
        containers: [{name: c, image: nginx}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      """
    And the cluster settles
    Then the message of condition PodScheduled of pod/elsewhere is:
      """
      0/2 nodes are available: 1 node(s) didn't find available persistent volumes to bind, 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
      """
    When I label node/node-1 disk=ssd
    And the cluster settles
    Then status.phase of pod/elsewhere is Running

  Scenario: A volume that names its zone keeps its pods in it
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: zonal, labels: {topology.kubernetes.io/zone: a__b}}
      spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: zonal, hostPath: {path: /data}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: zonal, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: Node
      metadata: {name: far, labels: {topology.kubernetes.io/zone: c, kubernetes.io/hostname: far}}
      status: {capacity: {cpu: "4", memory: 8Gi, pods: "10"}, conditions: [{type: Ready, status: "True"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: elsewhere}
      spec:
        nodeSelector: {kubernetes.io/hostname: far}
        containers: [{name: c, image: nginx}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      """
    And 1 second passes
    Then the message of condition PodScheduled of pod/elsewhere is:
      """
      0/3 nodes are available: 1 node(s) had no available volume zone, 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.
      """

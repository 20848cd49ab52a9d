Feature: Volumes for claims
  A claim is bound to a volume that suits it, to the smallest of those that do, or to one that the provisioner of its class
  makes. A pod waits for its claims, and a claim whose class says so waits for its first pod.

  Background:
    Given a cluster with 2 nodes

  Scenario: A claim takes the smallest volume that is large enough
    When I apply "volumes.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 2Gi}}}
      """
    And the cluster settles
    Then the persistentvolumeclaims are:
      | NAME | STATUS | VOLUME | CAPACITY | ACCESS MODES |
      | data | Bound  | middle | 5Gi      | RWO          |
    And the persistentvolumes are:
      | NAME   | CAPACITY | STATUS    | CLAIM        |
      | large  | 50Gi     | Available |              |
      | middle | 5Gi      | Bound     | default/data |
      | small  | 1Gi      | Available |              |
    And the trace matches the snapshot "bound"

  Scenario: A volume that was used is released and kept, and not given to the next claim
    When I apply "volumes.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 20Gi}}}
      """
    And the cluster settles
    And I delete persistentvolumeclaim/data
    And the cluster settles
    Then status.phase of persistentvolume/large is Released
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 20Gi}}}
      """
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Pending
    And there is a Normal event "FailedBinding" for persistentvolumeclaim/data with message "no persistent volumes available for this claim and no storage class is set"

  Scenario: A class with a provisioner makes a volume, which goes with its claim
    When I apply "classes.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then spec.storageClassName of persistentvolumeclaim/data is standard
    And status.phase of persistentvolumeclaim/data is Bound
    And there is 1 persistentvolume
    And there is a Normal event "ProvisioningSucceeded" for persistentvolumeclaim/data
    When I delete persistentvolumeclaim/data
    And the cluster settles
    Then there are 0 persistentvolumes

  Scenario: With WaitForFirstConsumer the claim waits for a pod, and the volume is made where the pod runs
    When I apply "classes.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: late, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Pending
    And there is a Normal event "WaitForFirstConsumer" for persistentvolumeclaim/data with message "waiting for first consumer to be created before binding"
    When I apply "consumer.yaml"
    And the cluster settles
    Then pod/consumer is running
    And status.phase of persistentvolumeclaim/data is Bound
    And persistentvolumeclaim/data has the annotation volume.kubernetes.io/selected-node=node-0

  Scenario: A pod whose claim is not there, or not bound, says so
    When I apply "consumer.yaml"
    And the cluster settles
    Then the message of condition PodScheduled of pod/consumer is:
      """
      0/2 nodes are available: persistentvolumeclaim "data" not found. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
      """
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: nowhere, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then the message of condition PodScheduled of pod/consumer is:
      """
      0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.
      """
    And there is a Warning event "ProvisioningFailed" for persistentvolumeclaim/data

  Scenario: A volume of one node draws its pod there
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: local}
      spec:
        capacity: {storage: 1Gi}
        accessModes: [ReadWriteOnce]
        local: {path: /mnt/disk}
        nodeAffinity:
          required:
            nodeSelectorTerms:
            - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And I apply "consumer.yaml"
    And the cluster settles
    Then spec.nodeName of pod/consumer is node-1

  Scenario: A claim that has lost its volume is lost
    When I apply "volumes.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: "", volumeName: small, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Bound
    When I patch persistentvolume/small with:
      """yaml
      metadata: {finalizers: null}
      """
    And I delete persistentvolume/small
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Lost
    And there is a Warning event "ClaimLost" for persistentvolumeclaim/data

Feature: What becomes of a volume when its claim goes
  `persistentVolumeReclaimPolicy` says it: Retain keeps the volume, Released, until somebody frees it; Delete removes it with what made
  it. Who is bound to whom can be said beforehand.

  Background:
    Given a cluster with 2 nodes

  Scenario Outline: A provisioned volume takes the policy of its class
    When I apply:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: virtual}
      provisioner: seatrial.dev/virtual
      reclaimPolicy: <policy>
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: virtual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then the persistentvolumes are:
      | NAME  | RECLAIM POLICY | STATUS | CLAIM        | STORAGECLASS |
      | pvc-* | <policy>       | Bound  | default/data | virtual      |
    When I delete persistentvolumeclaim/data
    And the cluster settles
    Then there are <left> persistentvolumes

    Examples:
      | policy | left |
      | Retain | 1    |
      | Delete | 0    |

  Scenario: A retained volume is free again when its reference is taken off
    When I apply "volumes.yaml"
    And I apply "claim.yaml"
    And the cluster settles
    Then the persistentvolumes are:
      | NAME   | RECLAIM POLICY | STATUS    | CLAIM        |
      | large  | Retain         | Available |              |
      | middle | Retain         | Bound     | default/data |
      | small  | Retain         | Available |              |
    When I delete persistentvolumeclaim/data
    And the cluster settles
    Then status.phase of persistentvolume/middle is Released
    When I remove spec.claimRef of persistentvolume/middle
    And the cluster settles
    Then status.phase of persistentvolume/middle is Available
    When I apply "claim.yaml"
    And the cluster settles
    Then spec.volumeName of persistentvolumeclaim/data is middle

  Scenario: A volume that nothing can delete fails
    When I apply "volumes.yaml"
    And I set spec.persistentVolumeReclaimPolicy of persistentvolume/middle to Delete
    And I apply "claim.yaml"
    And the cluster settles
    And I delete persistentvolumeclaim/data
    And the cluster settles
    Then status.phase of persistentvolume/middle is Failed
    And there is a Warning event "VolumeFailedDelete" for persistentvolume/middle with message "host_path deleter only supports /tmp/.+ but received provided /srv/middle"

  Scenario: A volume may be kept for a claim
    When I apply "volumes.yaml"
    And I set spec.claimRef of persistentvolume/large to {namespace: default, name: data}
    And I apply "claim.yaml"
    And the cluster settles
    Then spec.volumeName of persistentvolumeclaim/data is large

  Scenario: A claim may name its volume, and is told when that does not do
    When I apply "volumes.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {volumeName: small, storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
      """
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Pending
    And there is a Warning event "VolumeMismatch" for persistentvolumeclaim/data with message "Cannot bind to requested volume *small*: requested PV is too small"

  Scenario: What a claim asks for besides its size
    When I apply "volumes.yaml"
    And I label persistentvolume/large speed=high
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: fast}
      spec: {storageClassName: "", selector: {matchLabels: {speed: high}}, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: shared}
      spec: {storageClassName: "", accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: raw}
      spec: {storageClassName: "", volumeMode: Block, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then the persistentvolumeclaims are:
      | NAME   | STATUS  | VOLUME |
      | fast   | Bound   | large  |
      | raw    | Pending |        |
      | shared | Pending |        |

  Scenario: A class that needs a provisioner waits for one
    When I apply:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: cloud}
      provisioner: csi.example.com
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: cloud, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """
    And the cluster settles
    Then status.phase of persistentvolumeclaim/data is Pending
    And there is a Normal event "ExternalProvisioning" for persistentvolumeclaim/data with message "Waiting for a volume to be created either by the external provisioner 'csi.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."

Feature: What becomes of a StatefulSet's claims
  `persistentVolumeClaimRetentionPolicy` says for a deletion of the set and for a scaling down whether the claims stay or go.

  Background:
    Given a cluster with 2 nodes
    And I apply "../storage/classes.yaml"
    And I apply "data.yaml"
    And the cluster settles

  Scenario Outline: Two policies, two ways to lose a pod
    When I set spec.persistentVolumeClaimRetentionPolicy of statefulset/db to {whenDeleted: <deleted>, whenScaled: <scaled>}
    And the cluster settles
    And I scale statefulset/db to 1
    And the cluster settles
    Then there are <after scaling> persistentvolumeclaims
    When I delete statefulset/db
    And the cluster settles
    Then there are <after deletion> persistentvolumeclaims

    Examples:
      | deleted | scaled | after scaling | after deletion |
      | Retain  | Retain | 2             | 2              |
      | Retain  | Delete | 1             | 1              |
      | Delete  | Retain | 2             | 0              |
      | Delete  | Delete | 1             | 0              |

  Scenario: A pod that is deleted or fails keeps its claim whatever the policy says
    When I set spec.persistentVolumeClaimRetentionPolicy of statefulset/db to {whenDeleted: Delete, whenScaled: Delete}
    And the cluster settles
    And I mark this moment
    And I delete pod/db-1
    And the cluster settles
    Then there are 2 ready pods of statefulset/db
    And the trace of persistentvolumeclaim/data-db-1 since the marked moment matches the snapshot "kept"

  Scenario: Scaled up again, a pod finds its claim
    When I scale statefulset/db to 1
    And the cluster settles
    And I mark this moment
    And I scale statefulset/db to 2
    And the cluster settles
    Then there are 2 ready pods of statefulset/db
    And there is no event "ProvisioningSucceeded" for persistentvolumeclaim/data-db-2
    And there are 2 persistentvolumeclaims

  Scenario: A claim that is not there any more is made again with its pod
    When I scale statefulset/db to 1
    And the cluster settles
    And I delete persistentvolumeclaim/data-db-1
    And I scale statefulset/db to 2
    And the cluster settles
    Then there are 2 ready pods of statefulset/db
    And persistentvolumeclaim/data-db-1 exists

  Scenario: An orphaned set leaves its claims
    When I set spec.persistentVolumeClaimRetentionPolicy of statefulset/db to {whenDeleted: Delete, whenScaled: Retain}
    And the cluster settles
    And I delete statefulset/db orphaning its dependents
    And the cluster settles
    Then there are 2 persistentvolumeclaims
    And there are 2 running pods

  Scenario: A claim that cannot be made holds its pod up
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: claims}
      spec: {hard: {persistentvolumeclaims: 2}}
      """
    And I scale statefulset/db to 3
    And 1 minute passes
    Then pod/db-2 does not exist
    And there is a Warning event "FailedCreate" for statefulset/db with message "Create Claim data-db-2 for Pod db-2 in StatefulSet db failed error: persistentvolumeclaims *data-db-2* is forbidden: exceeded quota: claims, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2"
    And there is a Warning event "FailedCreate" for statefulset/db with message "Create Pod db-2 in StatefulSet db failed error: failed to create PVC data-db-2: persistentvolumeclaims *data-db-2* is forbidden: exceeded quota: claims, *"
    When I set spec.hard.persistentvolumeclaims of resourcequota/claims to 3
    And 20 minutes pass
    Then there are 3 ready pods of statefulset/db

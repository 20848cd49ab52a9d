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

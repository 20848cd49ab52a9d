Feature: The storage of a StatefulSet's pods
  Each pod has a claim of its own, which outlives it and is found again by its successor. The retention policy says whether
  claims go with the set, or when it is scaled down.

  Background:
    Given a cluster with 2 nodes
    And I apply "../storage/classes.yaml"

  Scenario: A pod that comes back finds the claim of its predecessor
    When I apply "data.yaml"
    And the cluster settles
    Then the persistentvolumeclaims are:
      | NAME      | STATUS | STORAGECLASS |
      | data-db-0 | Bound  | standard     |
      | data-db-1 | Bound  | standard     |
    And there is a Normal event "SuccessfulCreate" for statefulset/db with message "Create Claim data-db-0 Pod db-0 in StatefulSet db success"
    When I delete pod/db-1
    And the cluster settles
    Then there are 2 ready pods of statefulset/db
    And there are 2 persistentvolumeclaims
    When I delete statefulset/db
    And the cluster settles
    Then there are 2 persistentvolumeclaims

  Scenario: Claims go with the set or with the pods, as the retention policy says
    When I apply "data.yaml"
    And I patch statefulset/db with:
      """yaml
      spec: {persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Delete}}
      """
    And the cluster settles
    Then persistentvolumeclaim/data-db-0 is owned by statefulset/db
    When I set spec.replicas of statefulset/db to 1
    And the cluster settles
    Then the persistentvolumeclaims are:
      | NAME      |
      | data-db-0 |
    When I delete statefulset/db
    And the cluster settles
    Then there are 0 persistentvolumeclaims
    And there are 0 persistentvolumes

Feature: Objects and their owners

  An object goes when the last of its owners is gone. An owner is who the reference says it is: kind, name and uid, in
  the object's own namespace or in none.

  Background:
    Given a cluster with 1 node

  Scenario: An object whose owner is missing is collected as soon as it is made
    Given these objects:
      | OBJECT        | OWNERS                     |
      | configmap/dep | configmap/nobody (missing) |
    Then configmap/dep does not exist
    And the trace matches the snapshot "trace"

  Scenario: An object of another uid is not the owner
    Given these objects:
      | OBJECT          | OWNERS                    |
      | configmap/owner |                           |
      | configmap/dep   | configmap/owner (missing) |
    Then configmap/dep does not exist
    And configmap/owner exists

  Scenario: Of two owners one is enough, and the reference to the other goes
    Given these objects:
      | OBJECT        | OWNERS                   |
      | configmap/a   |                          |
      | configmap/b   |                          |
      | configmap/dep | configmap/a, configmap/b |
    When I delete configmap/a
    Then configmap/dep is owned by configmap/b
    And configmap/dep matches the snapshot "one owner left"
    When I delete configmap/b
    Then configmap/dep does not exist
    And the trace matches the snapshot "trace"

  Scenario: An owner that waits for its dependents is let go by one that has another owner
    Given these objects:
      | OBJECT        | OWNERS                              |
      | configmap/a   |                                     |
      | configmap/b   |                                     |
      | configmap/dep | configmap/a (blocking), configmap/b |
    When I delete configmap/a in the foreground
    Then configmap/a does not exist
    And configmap/dep is owned by configmap/b

  Scenario: A reference to a missing owner is taken off an object that has another
    Given these objects:
      | OBJECT        | OWNERS                                  |
      | configmap/a   |                                         |
      | configmap/dep | configmap/a, configmap/nobody (missing) |
    Then configmap/dep is owned by configmap/a
    And the trace matches the snapshot "trace"

  Scenario: An owner of a kind that nobody serves is left alone, and so is its dependent
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: dep
        ownerReferences:
          - apiVersion: example.com/v1
            kind: Submarine
            name: nautilus
            uid: 11111111-2222-4333-8444-555555555555
      """
    And 1 day passes
    Then configmap/dep exists

  Scenario: An owner in another namespace does not count, and an event says so
    Given I use namespace other
    And these objects:
      | OBJECT          |
      | configmap/owner |
    And I use namespace default
    When these objects:
      | OBJECT        | OWNERS                             |
      | configmap/dep | configmap/owner in namespace other |
    Then configmap/dep does not exist
    And configmap/owner in namespace other exists
    And there is a Warning event "OwnerRefInvalidNamespace" for configmap/dep with message "ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: *] does not exist in namespace *default*"

  Scenario: A cluster-scoped object cannot be owned by one in a namespace
    Given these objects:
      | OBJECT          |
      | configmap/owner |
    When these objects:
      | OBJECT           | OWNERS                               |
      | namespace/island | configmap/owner in namespace default |
    And I delete configmap/owner
    And 1 minute passes
    Then namespace/island exists
    And there is a Warning event "OwnerRefInvalidNamespace" for namespace/island

  Scenario: A cluster-scoped owner takes its dependents with it
    Given these objects:
      | OBJECT          | OWNERS          |
      | namespace/owner |                 |
      | configmap/dep   | namespace/owner |
    When I delete namespace/owner
    Then configmap/dep exists
    When the cluster settles
    Then namespace/owner does not exist
    And configmap/dep does not exist
    And the trace matches the snapshot "trace"

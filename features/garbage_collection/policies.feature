Feature: Foreground, background and orphaning deletion

  Background:
    Given a cluster with 1 node

  Scenario: In the foreground only dependents that block keep the owner
    Given these objects:
      | OBJECT             | OWNERS                     | FINALIZERS       |
      | configmap/owner    |                            |                  |
      | configmap/blocking | configmap/owner (blocking) | example.com/hold |
      | configmap/other    | configmap/owner            | example.com/hold |
    When I delete configmap/owner in the foreground
    Then configmap/owner has the finalizer foregroundDeletion
    And configmap/blocking is being deleted
    And configmap/other is being deleted
    And the cluster matches the snapshot "the owner waits"
    When I remove metadata.finalizers of configmap/blocking
    Then configmap/owner does not exist
    And configmap/other is being deleted
    And the trace matches the snapshot "trace"

  Scenario: A reference that stops blocking lets the owner go
    Given these objects:
      | OBJECT          | OWNERS                     | FINALIZERS       |
      | configmap/owner |                            |                  |
      | configmap/dep   | configmap/owner (blocking) | example.com/hold |
    When I delete configmap/owner in the foreground
    Then configmap/owner is being deleted
    When I remove metadata.ownerReferences of configmap/dep
    Then configmap/owner does not exist
    And configmap/dep is being deleted

  Scenario: An owner that a finalizer holds keeps its dependents in the background
    Given these objects:
      | OBJECT          | OWNERS          | FINALIZERS       |
      | configmap/owner |                 | example.com/hold |
      | configmap/dep   | configmap/owner |                  |
    When I delete configmap/owner in the background
    And 1 hour passes
    Then configmap/owner is being deleted
    And metadata.deletionTimestamp of configmap/dep is not set
    When I remove metadata.finalizers of configmap/owner
    Then configmap/dep does not exist
    And the trace matches the snapshot "trace"

  Scenario: Dependents are orphaned while another finalizer still holds the owner
    Given these objects:
      | OBJECT          | OWNERS          | FINALIZERS       |
      | configmap/owner |                 | example.com/hold |
      | configmap/dep   | configmap/owner |                  |
    When I delete configmap/owner orphaning its dependents
    Then configmap/dep has no owner
    And metadata.finalizers of configmap/owner is [example.com/hold]
    When I remove metadata.finalizers of configmap/owner
    Then configmap/owner does not exist
    And configmap/dep exists
    And the trace matches the snapshot "trace"

  Scenario: A policy takes the place of the finalizer that an object brought with it
    Given these objects:
      | OBJECT          | OWNERS          | FINALIZERS |
      | configmap/owner |                 | orphan     |
      | configmap/dep   | configmap/owner |            |
    When I delete configmap/owner in the background
    Then configmap/owner does not exist
    And configmap/dep does not exist

  Scenario: A collected object that brought the orphan finalizer orphans its own dependents
    Given these objects:
      | OBJECT        | OWNERS      | FINALIZERS |
      | configmap/a   |             |            |
      | configmap/b   | configmap/a | orphan     |
      | configmap/c   | configmap/b |            |
    When I delete configmap/a
    Then configmap/b does not exist
    And configmap/c has no owner
    And the trace matches the snapshot "trace"

  Scenario: A chain goes from its end in the foreground
    Given these objects:
      | OBJECT      | OWNERS                 | FINALIZERS       |
      | configmap/a |                        |                  |
      | configmap/b | configmap/a (blocking) |                  |
      | configmap/c | configmap/b (blocking) | example.com/hold |
    When I delete configmap/a in the foreground
    Then configmap/a has the finalizer foregroundDeletion
    And configmap/b has the finalizer foregroundDeletion
    And configmap/c is being deleted
    When I remove metadata.finalizers of configmap/c
    Then configmap/a does not exist
    And configmap/b does not exist
    And the trace matches the snapshot "trace"

  Scenario: A chain goes from its head in the background
    Given these objects:
      | OBJECT      | OWNERS      |
      | configmap/a |             |
      | configmap/b | configmap/a |
      | configmap/c | configmap/b |
    When I delete configmap/a in the background
    Then configmap/c does not exist
    And the trace matches the snapshot "trace"

  Scenario: The rest of a chain stays together when its head is orphaned away
    Given these objects:
      | OBJECT      | OWNERS      |
      | configmap/a |             |
      | configmap/b | configmap/a |
      | configmap/c | configmap/b |
    When I delete configmap/a orphaning its dependents
    Then configmap/a does not exist
    And configmap/b has no owner
    And configmap/c is owned by configmap/b

  Scenario Outline: Two objects that own each other go together in the <way>
    Given these objects:
      | OBJECT      | OWNERS                 |
      | configmap/a |                        |
      | configmap/b | configmap/a (blocking) |
    And I make configmap/b an owner of configmap/a that waits for it
    When I delete configmap/a in the <way>
    Then configmap/a does not exist
    And configmap/b does not exist
    And the trace matches the snapshot "trace in the <way>"

    Examples:
      | way        |
      | foreground |
      | background |

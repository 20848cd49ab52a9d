Feature: Deleting a Job and its pods

  kubectl deletes a Job in the background, as anything else. (A bare DELETE without a policy orphans its pods.)

  Background:
    Given a cluster with 2 nodes
    And I use namespace cce

  Scenario: A Job that is deleted in the background takes its pods with it
    Given I apply "jobs.yaml"
    And 3 seconds pass
    And I mark this moment
    When I delete job/jobs in the background
    Then job/jobs does not exist
    When the cluster settles
    Then there are no pods
    And the trace since the marked moment matches the snapshot "trace"

  Scenario: A Job that is deleted in the foreground goes after its pods
    Given I apply "jobs.yaml"
    And 3 seconds pass
    And I mark this moment
    When I delete job/jobs in the foreground
    Then job/jobs is being deleted
    When the cluster settles
    Then job/jobs does not exist
    And there are no pods
    And the trace since the marked moment matches the snapshot "trace"

  Scenario: The pods of an orphaned Job run to their end and count for nobody
    Given I apply "jobs.yaml"
    And 3 seconds pass
    And I mark this moment
    When I delete job/jobs orphaning its dependents
    Then job/jobs does not exist
    And there are 2 running pods
    When the cluster settles
    Then there are 2 succeeded pods
    And the cluster matches the snapshot "orphans"
    And the trace since the marked moment matches the snapshot "trace"

Feature: ttlSecondsAfterFinished
  A Job is deleted some time after it was over, and its pods with it.

  Background:
    Given a cluster with 1 node

  Scenario: A Job goes a hundred seconds after it completed, its pods first
    When I apply "eight.yaml"
    And I set spec.ttlSecondsAfterFinished of job/eight to 100
    And I wait until job/eight is complete
    And I mark this moment
    And 99 seconds pass
    Then job/eight exists
    And there are 8 pods of job/eight
    When 2 seconds pass
    Then job/eight does not exist
    And there are 0 pods
    And the trace of job/eight since the marked moment matches the snapshot "expired"

  Scenario: 0 means at once
    When I apply "fails.yaml"
    And I set spec.ttlSecondsAfterFinished of job/fails to 0
    And the cluster settles
    Then job/fails does not exist
    And there are 0 pods

  Scenario: A Job without it stays
    When I apply "fails.yaml"
    And 365 days pass
    Then job/fails is failed

  Scenario: It may be set when the Job is long over
    When I apply "fails.yaml"
    And the cluster settles
    And 1 hour passes
    And I set spec.ttlSecondsAfterFinished of job/fails to 60
    And 1 second passes
    Then job/fails does not exist

Feature: activeDeadlineSeconds
  A Job that is active for longer than its deadline fails, whatever its pods do.

  Scenario: A command that nobody can run reaches its deadline and is cleared away later
    Given a cluster with 1 node
    When I apply "pi.yaml"
    And 10 seconds pass
    Then pod/pi-* is running
    And job/pi does not have condition Complete
    When 91 seconds pass
    Then job/pi has condition FailureTarget with reason DeadlineExceeded
    And job/pi does not have condition Failed
    When 35 seconds pass
    Then job/pi has condition Failed with reason DeadlineExceeded and message "Job was active longer than specified deadline"
    And there is a Warning event "DeadlineExceeded" for job/pi with message "Job was active longer than specified deadline"
    And there are 0 pods of job/pi
    And status.failed of job/pi is 1
    When 2 minutes pass
    Then job/pi does not exist
    And the trace of job/pi matches the snapshot "too late"

  Scenario: The deadline goes before the back-off limit
    Given a cluster with 1 node
    When I apply "fails.yaml"
    And I set spec.activeDeadlineSeconds of job/fails to 15
    And I set spec.backoffLimit of job/fails to 6
    And the cluster settles
    Then job/fails has condition Failed with reason DeadlineExceeded
    And 2 pods of job/fails were created

  Scenario: A Job that is done in time never hears of its deadline
    Given a cluster with 1 node
    When I apply "eight.yaml"
    And I set spec.activeDeadlineSeconds of job/eight to 3600
    And 2 hours pass
    Then job/eight is complete
    And there is no event "DeadlineExceeded" for job/eight

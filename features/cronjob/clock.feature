Feature: CronJobs and a clock that jumps
  A CronJob goes by the clock of its controller. When that jumps ahead, as when the machine was asleep, the latest of the times
  that were left out is made up for; when it went back, nothing starts until it is where it was.

  Background:
    Given a cluster with 1 node

  Scenario: Some minutes ahead
    When I apply "hello.yaml"
    And 90 seconds pass
    Then there is 1 job of cronjob/hello
    When the clock jumps ahead 10 minutes
    And 1 second passes
    Then the jobs of cronjob/hello are:
      | NAME           |
      | hello-29453761 |
      | hello-29453771 |
    And status.lastScheduleTime of cronjob/hello is 2026-01-01T00:11:00Z
    And there is no event "TooManyMissedTimes" for cronjob/hello
    When 1 minute passes
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T00:12:00Z

  Scenario: More than a hundred times ahead
    When I apply "hello.yaml"
    And 90 seconds pass
    And the clock jumps ahead 3 hours
    And 1 second passes
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T03:01:00Z
    And there are 2 jobs of cronjob/hello
    And there is a Warning event "TooManyMissedTimes" for cronjob/hello with message "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"

  Scenario: With a deadline only what is not too late counts as missed
    When I apply "hello.yaml"
    And I set spec.startingDeadlineSeconds of cronjob/hello to 200
    And 90 seconds pass
    And the clock jumps ahead 3 hours
    And 1 second passes
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T03:01:00Z
    And there is no event "TooManyMissedTimes" for cronjob/hello

  Scenario: A deadline shorter than the time since the last run leaves it out
    When I apply "hello.yaml"
    And I set spec.startingDeadlineSeconds of cronjob/hello to 20
    And 90 seconds pass
    And the clock jumps ahead 10 minutes
    And 1 second passes
    Then there is 1 job of cronjob/hello
    When 30 seconds pass
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T00:12:00Z

  Scenario: A clock that went back
    When I apply "hello.yaml"
    And 90 seconds pass
    And I patch the status of cronjob/hello with:
      """yaml
      status: {lastScheduleTime: 2026-01-01T00:10:00Z}
      """
    And 8 minutes pass
    Then there is 1 job of cronjob/hello
    And status.lastScheduleTime of cronjob/hello is 2026-01-01T00:10:00Z
    When 2 minutes pass
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T00:11:00Z
    And there are 2 jobs of cronjob/hello

  Scenario: A Job whose deadline passed meanwhile fails when the clock is there
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: slow}
      spec:
        activeDeadlineSeconds: 600
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "7200"]}]}}
      """
    And 5 seconds pass
    And the clock jumps ahead 1 hour
    And 1 second passes
    Then job/slow has condition FailureTarget with reason DeadlineExceeded

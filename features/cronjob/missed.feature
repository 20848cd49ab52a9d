Feature: Runs that a CronJob missed
  A controller that was down, a clock that jumped: of all the times that passed, the latest is made up for, once. The
  articles "Job & DaemonSet" (002_8e06b71881d02d47.txt) and "Other kinds of pods" (004_ffa33a61927bd953.txt) call
  startingDeadlineSeconds the time that a run may wait for its start; a run that is later than that is left out. The Job
  itself is not stopped by it, as the former has it.

  Background:
    Given a cluster with 1 node

  Scenario: A controller that was down for hours makes up for the latest run, and says that many were missed
    When I apply "hello.yaml"
    And 90 seconds pass
    And the cronjob-controller goes down
    And 5 hours pass
    Then there is 1 job of cronjob/hello
    When the cronjob-controller comes back
    And 1 second passes
    Then there are 2 jobs of cronjob/hello
    And status.lastScheduleTime of cronjob/hello is 2026-01-01T05:01:00Z
    And there is a Warning event "TooManyMissedTimes" for cronjob/hello with message "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
    When 1 minute passes
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T05:02:00Z

  Scenario: A hundred missed runs are no matter
    When I apply "hello.yaml"
    And the cronjob-controller goes down
    And 100 minutes pass
    And the cronjob-controller comes back
    And 1 second passes
    Then there is no event "TooManyMissedTimes" for cronjob/hello
    And there is 1 job of cronjob/hello

  Scenario: A run that is later than its deadline is left out
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "0 * * * *"
        startingDeadlineSeconds: 600
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And 50 minutes pass
    And the cronjob-controller goes down
    And 30 minutes pass
    And the cronjob-controller comes back
    And 1 minute passes
    Then there are 0 jobs
    When 40 minutes pass
    Then status.lastScheduleTime of cronjob/x is 2026-01-01T02:00:00Z

  Scenario: A run within its deadline is made up for
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "0 * * * *"
        startingDeadlineSeconds: 3000
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And 50 minutes pass
    And the cronjob-controller goes down
    And 30 minutes pass
    And the cronjob-controller comes back
    And 1 minute passes
    Then status.lastScheduleTime of cronjob/x is 2026-01-01T01:00:00Z

  Scenario: A Job that cannot be created is told of, and tried again
    When I apply "hello.yaml"
    And I create:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: no-jobs}
      spec: {hard: {count/jobs.batch: "0"}}
      """
    And 61 seconds pass
    Then there is a Warning event "FailedCreate" for cronjob/hello
    And status.lastScheduleTime of cronjob/hello is not set
    When I delete resourcequota/no-jobs
    And 45 seconds pass
    Then there is 1 succeeded pod

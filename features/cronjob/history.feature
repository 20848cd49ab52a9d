Feature: What a CronJob keeps and what goes with it
  Three completed Jobs and one failed Job are kept unless the history limits say otherwise. The article
  "Other kinds of pods" (004_ffa33a61927bd953.txt) says that Jobs outlive the CronJob that made them and have to be deleted
  one by one; kubectl deletes in the background today, and the Jobs and their pods go with it. Orphaning them is what the
  article describes.

  Background:
    Given a cluster with 1 node

  Scenario: The oldest Jobs beyond the limits are deleted, and their pods with them
    When I apply "hello.yaml"
    And 10 minutes pass
    And 30 seconds pass
    Then the jobs are:
      | NAME           | STATUS   | COMPLETIONS |
      | hello-29453768 | Complete | 1/1         |
      | hello-29453769 | Complete | 1/1         |
      | hello-29453770 | Complete | 1/1         |
    And there are 3 pods
    And there is a Normal event "SuccessfulDelete" for cronjob/hello with message "Deleted job hello-29453767"

  Scenario: One failed Job is kept, and no success is noted
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: bad}
      spec:
        schedule: "*/1 * * * *"
        jobTemplate:
          spec:
            backoffLimit: 0
            template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, exit 1]}]}}
      """
    And 5 minutes pass
    And 30 seconds pass
    Then the jobs are:
      | NAME         | STATUS |
      | bad-29453765 | Failed |
    And status.lastSuccessfulTime of cronjob/bad is not set

  Scenario: With a limit of 0 a Job goes as soon as it is over
    When I apply "hello.yaml"
    And I set spec.successfulJobsHistoryLimit of cronjob/hello to 0
    And 90 seconds pass
    Then there are 0 jobs
    And there is no event "SawCompletedJob" for cronjob/hello
    And status.active of cronjob/hello is not set

  Scenario: A CronJob that is deleted takes its Jobs and pods with it
    When I apply "overlap.yaml"
    And 90 seconds pass
    Then there is 1 job of cronjob/x
    When I delete cronjob/x
    And 1 minute passes
    Then there are 0 jobs
    And there are 0 pods

  Scenario: Orphaned Jobs stay, and run on
    When I apply "overlap.yaml"
    And 90 seconds pass
    And I delete cronjob/x orphaning its dependents
    And 3 minutes pass
    Then job/x-29453761 has no owner
    And job/x-29453761 is complete

  Scenario: A suspended CronJob starts nothing, and the latest missed run when it is resumed
    When I apply "hello.yaml"
    And I set spec.suspend of cronjob/hello to true
    And 10 minutes pass
    And 30 seconds pass
    Then there are 0 jobs
    When I set spec.suspend of cronjob/hello to false
    And 1 second passes
    Then there is 1 job of cronjob/hello
    And status.lastScheduleTime of cronjob/hello is 2026-01-01T00:10:00Z

  Scenario: A Job that runs is missed when somebody deletes it
    When I apply "overlap.yaml"
    And 61 seconds pass
    And I delete job/x-29453761
    And 1 second passes
    Then there is a Normal event "MissingJob" for cronjob/x with message "Active job went missing: x-29453761"
    And status.active of cronjob/x is not set

  Scenario: A Job that was made by hand is told of and left alone
    When I apply "overlap.yaml"
    And I create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: by-hand}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}}
      """
    And I make cronjob/x the controller of job/by-hand
    And 1 second passes
    Then there is a Warning event "UnexpectedJob" for cronjob/x with message "Saw a job that the controller did not create or forgot: by-hand"
    And status.active of cronjob/x is not set

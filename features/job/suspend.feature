Feature: Suspended Jobs
  A suspended Job has no pods; its time begins when it is resumed.

  Background:
    Given a cluster with 1 node

  Scenario: A Job that is created suspended starts when it is resumed
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: later
      spec:
        suspend: true
        completions: 2
        parallelism: 2
        activeDeadlineSeconds: 60
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "10"]
      """
    And 30 minutes pass
    Then job/later is suspended
    And job/later has condition Suspended with reason JobSuspended and message "Job suspended"
    And status.startTime of job/later is not set
    And there are 0 pods of job/later
    And there is a Normal event "Suspended" for job/later with message "Job suspended"
    When I set spec.suspend of job/later to false
    And 5 seconds pass
    Then condition Suspended of job/later is False
    And status.active of job/later is 2
    And there is a Normal event "Resumed" for job/later with message "Job resumed"
    When the cluster settles
    Then job/later is complete
    And the jobs are:
      | NAME  | STATUS   | COMPLETIONS | DURATION |
      | later | Complete | 2/2         | 12s      |
    And the trace of job/later matches the snapshot "resumed"

  Scenario: Suspending a running Job removes its pods, and they are no failures
    When I apply "eight.yaml"
    And 10 seconds pass
    And I set spec.suspend of job/eight to true
    And the cluster settles
    Then job/eight is suspended
    And status.startTime of job/eight is not set
    And status.failed of job/eight is not set
    And there are 0 running pods of job/eight
    And there is a Normal event "SuccessfulDelete" for job/eight with message "Deleted pod: eight-*"
    And the cluster matches the snapshot "suspended"
    When I set spec.suspend of job/eight to false
    And the cluster settles
    Then job/eight is complete
    And condition Suspended of job/eight is False

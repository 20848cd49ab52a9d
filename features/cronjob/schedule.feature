Feature: The schedule of a CronJob
  A CronJob starts a Job at each time of its schedule, which is written as crontab writes it. The article
  "Job & DaemonSet" (002_8e06b71881d02d47.txt) says that `*/1` starts one every minute, that nothing is seen of it until the
  first minute is over, and that it goes on so until it is told to stop.

  Background:
    Given a cluster with 1 node

  Scenario: One Job each minute, from the first full minute on
    Given the time is 2026-01-01T00:00:30Z
    When I apply "hello.yaml"
    And 29 seconds pass
    Then there are 0 jobs
    And the cronjobs are:
      | NAME  | SCHEDULE    | TIMEZONE | SUSPEND | ACTIVE | LAST SCHEDULE |
      | hello | */1 * * * * | <none>   | False   | 0      | <none>        |
    When 2 seconds pass
    Then the jobs are:
      | NAME           | STATUS  | COMPLETIONS |
      | hello-29453761 | Running | 0/1         |
    And job/hello-29453761 is owned by cronjob/hello
    And job/hello-29453761 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-01-01T00:01:00Z
    And status.lastScheduleTime of cronjob/hello is 2026-01-01T00:01:00Z
    And status.active[0].name of cronjob/hello is hello-29453761
    When 20 seconds pass
    Then job/hello-29453761 is complete
    And the cronjobs are:
      | NAME  | SCHEDULE    | TIMEZONE | SUSPEND | ACTIVE | LAST SCHEDULE |
      | hello | */1 * * * * | <none>   | False   | 0      | 21s           |
    And the events of cronjob/hello are:
      | TYPE   | REASON           | MESSAGE                                             | FROM               |
      | Normal | SuccessfulCreate | Created job hello-29453761                          | cronjob-controller |
      | Normal | SawCompletedJob  | Saw completed job: hello-29453761, condition: Complete | cronjob-controller |
    When 4 minutes pass
    Then there are 3 jobs of cronjob/hello
    And the trace of cronjob/hello matches the snapshot "five minutes"

  Scenario Outline: <schedule> means <what>
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "<schedule>"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And the time is <before>
    Then there are 0 jobs
    When 2 seconds pass
    Then there is 1 job
    And status.lastScheduleTime of cronjob/x is <at>

    Examples:
      | schedule            | what                       | before                | at                   |
      | 0/1 * * * *         | each minute                | 2026-01-01T00:00:59Z  | 2026-01-01T00:01:00Z |
      | 5/20 * * * *        | from the fifth minute on   | 2026-01-01T00:04:59Z  | 2026-01-01T00:05:00Z |
      | 0 2 * * *           | at two in the night        | 2026-01-01T01:59:59Z  | 2026-01-01T02:00:00Z |
      | 30 6 * * mon-fri    | early on the next weekday  | 2026-01-01T06:29:59Z  | 2026-01-01T06:30:00Z |
      | 0 12 13 * fri       | on a Friday or a 13th      | 2026-01-02T11:59:59Z  | 2026-01-02T12:00:00Z |
      | 0 0 1 FEB ?         | on the first of February   | 2026-01-31T23:59:59Z  | 2026-02-01T00:00:00Z |
      | @hourly             | on the hour                | 2026-01-01T00:59:59Z  | 2026-01-01T01:00:00Z |
      | @weekly             | at the start of a Sunday   | 2026-01-03T23:59:59Z  | 2026-01-04T00:00:00Z |
      | @every 90s          | so often since its making  | 2026-01-01T00:01:29Z  | 2026-01-01T00:01:30Z |

  Scenario: The clocks of a time zone decide, and a changed schedule is heeded
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "30 2 * * *"
        timeZone: Europe/Berlin
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And the time is 2026-01-01T01:30:01Z
    Then status.lastScheduleTime of cronjob/x is 2026-01-01T01:30:00Z
    And there is 1 job labelled batch.kubernetes.io/job-name=x-29453850
    And job/x-29453850 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-01-01T02:30:00+01:00
    When I set spec.schedule of cronjob/x to "0 3 * * *"
    And the time is 2026-01-01T02:00:01Z
    Then status.lastScheduleTime of cronjob/x is 2026-01-01T02:00:00Z

  Scenario: When the clocks go forward the hour that is left out starts nothing
    Given the time is 2026-03-28T12:00:00Z
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "30 2 * * *"
        timeZone: Europe/Berlin
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And the time is 2026-03-29T12:00:00Z
    Then there are 0 jobs
    When the time is 2026-03-30T00:30:01Z
    Then status.lastScheduleTime of cronjob/x is 2026-03-30T00:30:00Z

  Scenario: The schedule 0/1 of the article "Stateless pod controllers, part 2" (000) counts from minute 0
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: jobs}
      spec:
        schedule: "0/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                containers: [{name: myjob, image: "busybox:latest", command: [/bin/sh, -c, sleep 5]}]
                restartPolicy: Never
      """
    And 3 minutes pass
    And 30 seconds pass
    Then there are 3 jobs of cronjob/jobs
    And there are 3 succeeded pods

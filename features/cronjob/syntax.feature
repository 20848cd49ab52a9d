Feature: How schedules are written
  Five fields of numbers, names, ranges, lists and steps, or a word that begins with @. A zone is no part of it.

  Background:
    Given a cluster with 1 node

  Scenario Outline: <schedule>
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
    Then status.lastScheduleTime of cronjob/x is <at>

    Examples:
      | schedule             | before               | at                   |
      | */1 * * * *          | 2026-01-01T00:00:59Z | 2026-01-01T00:01:00Z |
      | 0/1 * * * *          | 2026-01-01T00:00:59Z | 2026-01-01T00:01:00Z |
      | 7/30 * * * *         | 2026-01-01T00:06:59Z | 2026-01-01T00:07:00Z |
      | 20-40/15 * * * *     | 2026-01-01T00:19:59Z | 2026-01-01T00:20:00Z |
      | 5,10 * * * *         | 2026-01-01T00:04:59Z | 2026-01-01T00:05:00Z |
      | 0 8-18/4,23 * * *    | 2026-01-01T07:59:59Z | 2026-01-01T08:00:00Z |
      | 0 0 * FEB *          | 2026-01-31T23:59:59Z | 2026-02-01T00:00:00Z |
      | 0 0 ? * Sun          | 2026-01-03T23:59:59Z | 2026-01-04T00:00:00Z |
      | 0 0 31 * *           | 2026-01-30T23:59:59Z | 2026-01-31T00:00:00Z |
      | 0 0 1-7 * sat        | 2026-01-01T23:59:59Z | 2026-01-02T00:00:00Z |
      | @hourly              | 2026-01-01T00:59:59Z | 2026-01-01T01:00:00Z |
      | @daily               | 2026-01-01T23:59:59Z | 2026-01-02T00:00:00Z |
      | @midnight            | 2026-01-01T23:59:59Z | 2026-01-02T00:00:00Z |
      | @weekly              | 2026-01-03T23:59:59Z | 2026-01-04T00:00:00Z |
      | @monthly             | 2026-01-31T23:59:59Z | 2026-02-01T00:00:00Z |
      | @yearly              | 2026-12-31T23:59:59Z | 2027-01-01T00:00:00Z |
      | @annually            | 2026-12-31T23:59:59Z | 2027-01-01T00:00:00Z |
      | @every 5m            | 2026-01-01T00:04:59Z | 2026-01-01T00:05:00Z |
      | @every 1h30m         | 2026-01-01T01:29:59Z | 2026-01-01T01:30:00Z |

  Scenario: @every counts from the making of the CronJob, and then from run to run
    Given the time is 2026-01-01T00:02:20Z
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "@every 5m"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And 16 minutes pass
    Then the jobs are:
      | NAME       | STATUS   |
      | x-29453767 | Complete |
      | x-29453772 | Complete |
      | x-29453777 | Complete |
    And status.lastScheduleTime of cronjob/x is 2026-01-01T00:17:20Z

  Scenario Outline: A zone in the schedule is refused: <schedule>
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "<schedule>"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    Then it is refused as Invalid with:
      """
      CronJob.batch "x" is invalid: spec.schedule: Invalid value: "<schedule>": cannot use TZ or CRON_TZ in schedule, use timeZone field instead
      """

    Examples:
      | schedule                          |
      | TZ=Asia/Shanghai 0 2 * * *        |
      | CRON_TZ=Europe/Berlin 0 2 * * *   |
      | TZ=UTC @hourly                    |

  Scenario: A zone cannot be put into a schedule that has none
    When I apply "hello.yaml"
    And I try to set spec.schedule of cronjob/hello to "TZ=UTC 0 2 * * *"
    Then it is refused as Invalid with:
      """
      CronJob.batch "hello" is invalid: spec.schedule: Invalid value: "TZ=UTC 0 2 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead
      """

  Scenario Outline: A schedule that is none: <schedule>
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "<schedule>"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    Then it is refused as Invalid with:
      """
      CronJob.batch "x" is invalid: spec.schedule: Invalid value: "<schedule>": <why>
      """

    Examples:
      | schedule       | why                                                                     |
      | 60 * * * *     | end of range (60) above maximum (59): 60                                |
      | * 24 * * *     | end of range (24) above maximum (23): 24                                |
      | * * 0 * *      | beginning of range (0) below minimum (1): 0                             |
      | 0 0 * * 7      | end of range (7) above maximum (6): 7                                   |
      | 30-10 * * * *  | beginning of range (30) beyond end of range (10): 30-10                 |
      | */0 * * * *    | step of range should be a positive number: */0                          |
      | * * * * * *    | expected exactly 5 fields, found 6: [* * * * * *]                       |
      | 0 0 * foo *    | failed to parse int from foo: strconv.Atoi: parsing *foo*: invalid syntax |
      | @reboot        | unrecognized descriptor: @reboot                                        |
      | @every minute  | failed to parse duration @every minute: time: invalid duration *minute* |

  Scenario: A schedule that parses and never comes is told of
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: never}
      spec:
        schedule: "0 0 30 2 *"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And 1 minute passes
    Then there is a Warning event "InvalidSchedule" for cronjob/never with message "invalid schedule: 0 0 30 2 * : time difference between two schedules is less than 1 second"
    And there are 0 jobs

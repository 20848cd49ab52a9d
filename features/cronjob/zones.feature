Feature: CronJobs by the clocks of a time zone
  With timeZone the schedule is read by the clocks of that zone, summer time included. Names of Jobs and times in the status
  are those of UTC all the same.

  Background:
    Given a cluster with 1 node

  Scenario: In spring the hour that is left out starts nothing
    Given the time is 2026-03-28T12:00:00Z
    When I apply "night.yaml"
    And the time is 2026-03-29T12:00:00Z
    Then there are 0 jobs
    When the time is 2026-03-30T00:30:01Z
    Then status.lastScheduleTime of cronjob/night is 2026-03-30T00:30:00Z
    And job/night-29580510 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-03-30T02:30:00+02:00

  Scenario: In autumn the hour that comes twice starts two Jobs
    Given the time is 2026-10-24T12:00:00Z
    When I apply "night.yaml"
    And the time is 2026-10-25T12:00:00Z
    Then the jobs are:
      | NAME           |
      | night-29881470 |
      | night-29881530 |
    And job/night-29881470 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-10-25T02:30:00+02:00
    And job/night-29881530 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-10-25T02:30:00+01:00

  Scenario Outline: Half past two in the night in <season>
    Given the time is <day>T00:00:00Z
    When I apply "night.yaml"
    And the time is <day>T<time>:01Z
    Then status.lastScheduleTime of cronjob/night is <day>T<time>:00Z

    Examples:
      | season | day        | time  |
      | winter | 2026-01-15 | 01:30 |
      | summer | 2026-07-15 | 00:30 |

  Scenario: Every hour is every hour, whatever the clocks do
    Given the time is 2026-03-28T23:30:00Z
    When I apply "night.yaml"
    And I set spec.schedule of cronjob/night to "0 * * * *"
    And I set spec.successfulJobsHistoryLimit of cronjob/night to 100
    And the time is 2026-03-29T06:30:00Z
    Then there are 7 jobs of cronjob/night

  Scenario: Without a zone the clocks are those of the controller, which are UTC's
    When I apply "night.yaml"
    And I remove spec.timeZone of cronjob/night
    And the time is 2026-01-01T02:30:01Z
    Then status.lastScheduleTime of cronjob/night is 2026-01-01T02:30:00Z
    And job/night-29453910 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-01-01T02:30:00Z

  Scenario: Another zone is another time of the same schedule
    When I apply "night.yaml"
    And I set spec.timeZone of cronjob/night to Asia/Kolkata
    And the time is 2026-01-01T21:00:01Z
    Then status.lastScheduleTime of cronjob/night is 2026-01-01T21:00:00Z
    And job/night-29455020 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-01-02T02:30:00+05:30

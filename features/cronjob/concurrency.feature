Feature: Jobs of a CronJob that outlive their minute
  The article "Job & DaemonSet" (002_8e06b71881d02d47.txt) asks what happens when a Job of a minutely CronJob takes two
  minutes: with concurrencyPolicy Allow the next one starts beside it, with Forbid it is skipped, with Replace the old one
  makes room.

  Background:
    Given a cluster with 2 nodes
    And the time is 2026-01-01T01:59:30Z

  Scenario: Allow, the default, lets them overlap at two in the night
    When I apply "overlap.yaml"
    And 91 seconds pass
    Then the jobs are:
      | NAME        | STATUS  |
      | x-29453880 | Running |
      | x-29453881 | Running |
    And the cronjobs are:
      | NAME | SCHEDULE    | ACTIVE | LAST SCHEDULE |
      | x    | * * * * *   | 2      | 1s            |

  Scenario: Forbid skips what comes while one runs, and starts the skipped one when it is over
    When I apply "overlap.yaml"
    And I set spec.concurrencyPolicy of cronjob/x to Forbid
    And 2 minutes pass
    Then there is 1 job of cronjob/x
    And there is a Normal event "JobAlreadyActive" for cronjob/x with message "Not starting job because prior execution is running and concurrency policy is Forbid"
    When 1 minute passes
    Then the jobs are:
      | NAME        | STATUS   |
      | x-29453880 | Complete |
      | x-29453882 | Running  |
    And at most 1 pod of cronjob/x ran at once

  Scenario: Replace deletes the one that runs
    When I apply "overlap.yaml"
    And I set spec.concurrencyPolicy of cronjob/x to Replace
    And 91 seconds pass
    Then the jobs are:
      | NAME        | STATUS  |
      | x-29453881 | Running |
    And status.active[0].name of cronjob/x is x-29453881
    And the events of cronjob/x are:
      | TYPE   | REASON           | MESSAGE                | FROM               |
      | Normal | SuccessfulCreate | Created job x-29453880 | cronjob-controller |
      | Normal | SuccessfulDelete | Deleted job x-29453880 | cronjob-controller |
      | Normal | SuccessfulCreate | Created job x-29453881 | cronjob-controller |

Feature: CronJobs as manifests
  A schedule that never parses and a time zone that nobody knows are refused when they are written, not when they are due.

  Background:
    Given a cluster with 1 node

  Scenario: A CronJob that says little lets its Jobs overlap and keeps some of them
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: hello}
      spec:
        schedule: "*/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: OnFailure
                containers: [{name: hello, image: busybox, command: [date]}]
      """
    Then metadata.generation of cronjob/hello is 1
    And spec.concurrencyPolicy of cronjob/hello is Allow
    And spec.suspend of cronjob/hello is false
    And spec.successfulJobsHistoryLimit of cronjob/hello is 3
    And spec.failedJobsHistoryLimit of cronjob/hello is 1

  Scenario Outline: A CronJob that could never run is refused: <why>
    When I try to apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: hello}
      spec:
        schedule: "<schedule>"
        timeZone: <zone>
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: OnFailure
                containers: [{name: hello, image: busybox, command: [date]}]
      """
    Then it is refused as Invalid with:
      """
      CronJob.batch "hello" is invalid: <message>
      """

    Examples:
      | why                    | schedule   | zone      | message                                                                                                             |
      | a day that is not      | 0 0 * * 7  | UTC       | spec.schedule: Invalid value: "0 0 * * 7": end of range (7) above maximum (6): 7                                     |
      | four fields            | 0 0 * *    | UTC       | spec.schedule: Invalid value: "0 0 * *": expected exactly 5 fields, found 4: [0 0 * *]                               |
      | a word that is none    | @fortnight | UTC       | spec.schedule: Invalid value: "@fortnight": unrecognized descriptor: @fortnight                                      |
      | a zone nobody knows    | 0 0 * * *  | Nope/Zone | spec.timeZone: Invalid value: "Nope/Zone": unknown time zone Nope/Zone                                               |
      | a zone that is no name | 0 0 * * *  | Local     | spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones |

  Scenario: A budget that bounds from both sides is refused
    When I try to apply:
      """yaml
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: both}
      spec: {minAvailable: 1, maxUnavailable: 1, selector: {matchLabels: {app: web}}}
      """
    Then it is refused with "minAvailable and maxUnavailable cannot be both set"

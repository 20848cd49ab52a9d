Feature: successPolicy
  An Indexed Job can be a success before every index is: when certain indexes succeeded, or so many of them.

  Background:
    Given a cluster with 2 nodes

  Scenario Outline: <what>
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: enough}
      spec:
        completionMode: Indexed
        completions: 5
        parallelism: 5
        successPolicy: {rules: [<rule>]}
        template:
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: 10
            containers: [{name: c, image: busybox, command: [sh, -c, "sleep $((JOB_COMPLETION_INDEX * 20 + 20))"]}]
      """
    And <before> seconds pass
    Then job/enough does not have condition SuccessCriteriaMet
    When 4 seconds pass
    Then job/enough has condition SuccessCriteriaMet with reason SuccessPolicy and message "Matched rules at index 0"
    And job/enough does not have condition Complete
    And status.terminating of job/enough is <rest>
    When the cluster settles
    Then job/enough has condition Complete with reason SuccessPolicy and message "Matched rules at index 0"
    And status.completedIndexes of job/enough is <done>
    And status.failed of job/enough is not set
    And there is a Normal event "Completed" for job/enough with message "Job completed"

    Examples:
      | what                                    | rule                                         | before | rest | done |
      | Two indexes, whichever                  | {succeededCount: 2}                          | 40     | 3    | 0,1  |
      | Indexes 0 and 2                         | {succeededIndexes: "0,2"}                    | 60     | 2    | 0-2  |
      | One of the indexes from 1 to 3          | {succeededIndexes: "1-3", succeededCount: 1} | 40     | 3    | 0,1  |

  Scenario: The first of two rules that is met is named
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: enough}
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        successPolicy: {rules: [{succeededIndexes: "2"}, {succeededCount: 1}]}
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sh, -c, "sleep $((JOB_COMPLETION_INDEX * 20 + 20))"]}]
      """
    And the cluster settles
    Then job/enough has condition Complete with reason SuccessPolicy and message "Matched rules at index 1"

  Scenario: Without the policy being met the Job is done when all indexes are
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: all}
      spec:
        completionMode: Indexed
        completions: 2
        parallelism: 2
        successPolicy: {rules: [{succeededIndexes: "0-1"}]}
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And the cluster settles
    Then job/all has condition Complete with reason SuccessPolicy and message "Matched rules at index 0"

  Scenario: What the pods that are removed then come to is of no interest
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: enough}
      spec:
        completionMode: Indexed
        completions: 2
        parallelism: 2
        successPolicy: {rules: [{succeededIndexes: "0"}]}
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: c
              image: busybox
              command: [sh, -c, "trap 'sleep 5; exit 0' TERM; if [ $JOB_COMPLETION_INDEX = 0 ]; then sleep 10; exit 0; fi; while true; do sleep 1; done"]
      """
    And the cluster settles
    Then job/enough is complete
    And there is 1 succeeded pod of job/enough
    And status.completedIndexes of job/enough is 0
    And status.succeeded of job/enough is 1

  Scenario: The policy is for Indexed Jobs
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: odd}
      spec:
        completions: 3
        successPolicy: {rules: [{succeededCount: 1}]}
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "odd" is invalid: spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode
      """

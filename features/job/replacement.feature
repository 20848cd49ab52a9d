Feature: podReplacementPolicy
  A pod that is being deleted is replaced at once, or only when it has ended.

  Background:
    Given a cluster with 2 nodes

  Scenario Outline: With <policy> the replacement comes <when>
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: work}
      spec:
        podReplacementPolicy: <policy>
        template:
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: 60
            containers: [{name: c, image: busybox, command: [sleep, "600"]}]
      """
    And 5 seconds pass
    And I delete pod/work-*
    And 20 seconds pass
    Then <created> of job/work was created
    And status.active of job/work is <active>
    And status.terminating of job/work is 1
    And status.failed of job/work is <failed>
    When 100 seconds pass
    Then status.terminating of job/work is 0
    And status.active of job/work is 1
    And status.failed of job/work is 1
    And there is 1 pod of job/work

    Examples:
      | policy              | when                        | created | active  | failed  |
      | TerminatingOrFailed | while the old one ends      | 2 pods  | 1       | 1       |
      | Failed              | when the old one has failed | 1 pod   | not set | not set |

  Scenario: What is not said is TerminatingOrFailed, and Failed beside a podFailurePolicy
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: plain}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        podFailurePolicy: {rules: [{action: Count, onExitCodes: {operator: In, values: [1]}}]}
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    Then spec.podReplacementPolicy of job/plain is TerminatingOrFailed
    And spec.podReplacementPolicy of job/ruled is Failed

  Scenario: A podFailurePolicy has to wait for the end of a pod
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        podReplacementPolicy: TerminatingOrFailed
        podFailurePolicy: {rules: [{action: Count, onExitCodes: {operator: In, values: [1]}}]}
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "ruled" is invalid: spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"
      """

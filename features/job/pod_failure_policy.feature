Feature: podFailurePolicy
  The first rule that matches a failed pod says what its failure means: the end of the Job (FailJob), of its index
  (FailIndex), nothing (Ignore), or what it would mean anyway (Count).

  Background:
    Given a cluster with 2 nodes

  Scenario Outline: Exit code <code> means <what>
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        backoffLimit: 1
        podFailurePolicy:
          rules:
          - {action: Ignore, onExitCodes: {containerName: main, operator: In, values: [75]}}
          - {action: Count, onExitCodes: {operator: In, values: [1, 2]}}
          - {action: FailJob, onExitCodes: {operator: NotIn, values: [1, 2, 3]}}
        template:
          spec:
            restartPolicy: Never
            containers: [{name: main, image: busybox, command: [sh, -c, "sleep 1; exit <code>"]}]
      """
    And 100 seconds pass
    Then <created> pods of job/ruled were created
    And <then>

    Examples:
      | code | what                                     | created | then |
      | 1    | that it counts, by a rule                | 2       | job/ruled has condition Failed with reason BackoffLimitExceeded |
      | 3    | that it counts, since no rule matches    | 2       | job/ruled has condition Failed with reason BackoffLimitExceeded |
      | 75   | nothing, and the pod is replaced         | 4       | status.failed of job/ruled is not set |
      | 42   | the end of the Job                       | 1       | job/ruled has condition Failed with reason PodFailurePolicy |

  Scenario: FailJob removes the pods that still run, and they count as failed
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]}
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox
              command: [sh, -c, "if [ $JOB_COMPLETION_INDEX = 1 ]; then sleep 5; exit 42; fi; sleep 600"]
      """
    And 9 seconds pass
    Then job/ruled has condition FailureTarget with reason PodFailurePolicy
    And job/ruled does not have condition Failed
    And status.terminating of job/ruled is 2
    When the cluster settles
    Then status.conditions[0].type of job/ruled is FailureTarget
    And status.conditions[1].type of job/ruled is Failed
    And status.failed of job/ruled is 3
    And the events of job/ruled are:
      | TYPE    | REASON           | MESSAGE                                                                                                    |
      | Normal  | SuccessfulCreate | Created pod: ruled-0-*                                                                                     |
      | Normal  | SuccessfulCreate | Created pod: ruled-1-*                                                                                     |
      | Normal  | SuccessfulCreate | Created pod: ruled-2-*                                                                                     |
      | Normal  | SuccessfulDelete | Deleted pod: ruled-*                                                                                       |
      | Normal  | SuccessfulDelete | Deleted pod: ruled-*                                                                                       |
      | Warning | PodFailurePolicy | Container main for pod default/ruled-1-* failed with exit code 42 matching FailJob rule at index 0 |

  Scenario: The exit code of an init container counts as well
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: prepare, operator: In, values: [42]}}]}
        template:
          spec:
            restartPolicy: Never
            initContainers: [{name: prepare, image: busybox, command: [sh, -c, "exit 42"]}]
            containers: [{name: main, image: busybox, command: [sleep, "5"]}]
      """
    And the cluster settles
    Then job/ruled is failed
    And status.conditions[1].reason of job/ruled is PodFailurePolicy
    And there is a Warning event "PodFailurePolicy" for job/ruled with message "Container prepare for pod default/ruled-* failed with exit code 42 matching FailJob rule at index 0"

  Scenario: FailIndex ends an index at its first failure
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        backoffLimitPerIndex: 2
        podFailurePolicy:
          rules:
          - {action: FailIndex, onExitCodes: {operator: In, values: [42]}}
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox
              command: [sh, -c, "if [ $JOB_COMPLETION_INDEX = 0 ]; then exit 42; elif [ $JOB_COMPLETION_INDEX = 1 ]; then exit 1; fi; sleep 5"]
      """
    And 5 minutes pass
    Then status.failedIndexes of job/ruled is 0,1
    And status.completedIndexes of job/ruled is 2
    And there is 1 pod labelled batch.kubernetes.io/job-completion-index=0
    And there are 3 pods labelled batch.kubernetes.io/job-completion-index=1
    And job/ruled has condition Failed with reason FailedIndexes

  Scenario: A failure that is ignored does not bring an index nearer to its limit
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        completionMode: Indexed
        completions: 1
        backoffLimitPerIndex: 0
        podFailurePolicy:
          rules:
          - {action: Ignore, onExitCodes: {operator: In, values: [75]}}
        template:
          spec:
            restartPolicy: Never
            containers: [{name: main, image: busybox, command: [sh, -c, "exit 75"]}]
      """
    And 20 seconds pass
    Then 2 pods of job/ruled were created
    And status.failedIndexes of job/ruled is ""

  Scenario: A pod that is evicted is no failure of the Job
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        backoffLimit: 0
        podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}]}
        template:
          spec:
            restartPolicy: Never
            containers: [{name: main, image: busybox, command: [sleep, "300"]}]
      """
    And 5 seconds pass
    And I evict pod/ruled-*
    And 10 seconds pass
    Then there is 1 terminating pod of job/ruled
    And 1 pod of job/ruled was created
    When 30 seconds pass
    Then 2 pods of job/ruled were created
    And status.failed of job/ruled is not set
    When 6 minutes pass
    Then job/ruled is complete

  Scenario: A pod that is lost with its node fails the Job, if a rule says so
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        podFailurePolicy: {rules: [{action: FailJob, onPodConditions: [{type: DisruptionTarget, status: "True"}]}]}
        template:
          spec:
            restartPolicy: Never
            containers: [{name: main, image: busybox, command: [sleep, "300"]}]
      """
    And 5 seconds pass
    And node/node-0 is deleted
    And 2 minutes pass
    Then job/ruled is failed
    And status.conditions[1].reason of job/ruled is PodFailurePolicy
    And there is a Warning event "PodFailurePolicy" for job/ruled with message "Pod default/ruled-* has condition DisruptionTarget matching FailJob rule at index 0"

  Scenario: The policy is for pods that are not restarted
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]}
        template:
          spec:
            restartPolicy: OnFailure
            containers: [{name: main, image: busybox}]
      """
    Then it is refused as Invalid with:
      """
      Job.batch "ruled" is invalid: spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified
      """

  Scenario Outline: A rule that is none: <why>
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: ruled}
      spec:
        podFailurePolicy: {rules: [<rule>]}
        template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "ruled" is invalid: <message>
      """

    Examples:
      | why                    | rule                                                                                    | message |
      | it says nothing        | {action: FailJob}                                                                       | spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required |
      | 0 is no failure        | {action: FailJob, onExitCodes: {operator: In, values: [0]}}                             | spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator |
      | no such container      | {action: FailJob, onExitCodes: {containerName: web, operator: In, values: [1]}}         | spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "web": must be one of the container or initContainer names in the pod template |
      | no such action         | {action: Retry, onExitCodes: {operator: In, values: [1]}}                               | spec.podFailurePolicy.rules[0].action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore" |
      | indexes without limits | {action: FailIndex, onExitCodes: {operator: In, values: [1]}}                           | spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set |

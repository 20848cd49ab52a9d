Feature: Failures of single indexes
  backoffLimitPerIndex lets an index fail without the others, maxFailedIndexes says how many may, and the pods know how often
  their index failed before.

  Background:
    Given a cluster with 2 nodes

  Scenario: What a pod knows of its index
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: parts}
      spec:
        completionMode: Indexed
        completions: 2
        parallelism: 2
        template:
          metadata: {labels: {app: parts}}
          spec:
            restartPolicy: Never
            initContainers: [{name: prepare, image: busybox, command: [sh, -c, "echo prepare $JOB_COMPLETION_INDEX"]}]
            containers: [{name: c, image: busybox, command: [sh, -c, "echo $JOB_COMPLETION_INDEX on $(hostname)"]}]
      """
    And the cluster settles
    Then pod/parts-1-* has the annotation batch.kubernetes.io/job-completion-index=1
    And pod/parts-1-* has the label batch.kubernetes.io/job-completion-index=1
    And pod/parts-1-* has the label batch.kubernetes.io/job-name=parts
    And pod/parts-1-* has the label app=parts
    And spec.containers[0].env[0].name of pod/parts-1-* is JOB_COMPLETION_INDEX
    And spec.containers[0].env[0].valueFrom.fieldRef.fieldPath of pod/parts-1-* is metadata.labels['batch.kubernetes.io/job-completion-index']
    And spec.hostname of pod/parts-1-* is parts-1
    And the log of pod/parts-1-* container c is:
      """
      1 on parts-1
      """
    And the log of pod/parts-0-* container prepare is:
      """
      prepare 0
      """

  Scenario: Each index has its own failures and its own waits
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: apart}
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        backoffLimitPerIndex: 2
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: c
              image: busybox
              command: [sh, -c, "if [ $JOB_COMPLETION_INDEX = 1 ]; then exit 1; fi; sleep 60"]
      """
    Then spec.backoffLimit of job/apart is 2147483647
    And pod/apart-1-* has the annotation batch.kubernetes.io/job-index-failure-count=0
    When 5 seconds pass
    Then there are 2 running pods of job/apart
    And there is 1 failed pod of job/apart
    When 10 seconds pass
    Then there are 2 failed pods of job/apart
    And there are 2 pods labelled batch.kubernetes.io/job-completion-index=1
    When 20 seconds pass
    Then there are 3 failed pods of job/apart
    And status.failedIndexes of job/apart is 1
    And job/apart does not have condition FailureTarget
    When the cluster settles
    Then job/apart has condition Failed with reason FailedIndexes and message "Job has failed indexes"
    And status.completedIndexes of job/apart is 0,2
    And status.succeeded of job/apart is 2
    And status.failed of job/apart is 3
    And 5 pods of job/apart were created
    And the trace of job/apart matches the snapshot "each for itself"

  Scenario: A failed pod is kept until its replacement has learnt of it
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: apart}
      spec:
        completionMode: Indexed
        completions: 1
        parallelism: 1
        backoffLimitPerIndex: 3
        podReplacementPolicy: Failed
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sh, -c, "sleep 2; exit 1"]}]
      """
    And 6 seconds pass
    Then there is 1 failed pod of job/apart
    And pod/apart-0-* has the finalizer batch.kubernetes.io/job-tracking
    And pod/apart-0-* has the annotation batch.kubernetes.io/job-index-failure-count=0
    And I mark this moment
    When 8 seconds pass
    Then 1 pod of job/apart was created
    And the trace of job/apart since the marked moment matches the snapshot "the failed pod is kept until then"
    When 1 hour passes
    Then job/apart is failed
    And there are 4 failed pods of job/apart
    And status.failedIndexes of job/apart is 0

  Scenario: More failed indexes than maxFailedIndexes end the Job
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: strict}
      spec:
        completionMode: Indexed
        completions: 5
        parallelism: 5
        backoffLimitPerIndex: 0
        maxFailedIndexes: 1
        template:
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: 5
            containers:
            - name: c
              image: busybox
              command:
              - sh
              - -c
              - if [ $JOB_COMPLETION_INDEX = 0 ]; then sleep 5; exit 1; elif [ $JOB_COMPLETION_INDEX = 3 ]; then sleep 10; exit 1; fi; sleep 600
      """
    And 8 seconds pass
    Then status.failedIndexes of job/strict is 0
    And job/strict does not have condition FailureTarget
    When 5 seconds pass
    Then job/strict has condition FailureTarget with reason MaxFailedIndexesExceeded and message "Job has exceeded the specified maximal number of failed indexes"
    And status.terminating of job/strict is 3
    When the cluster settles
    Then job/strict has condition Failed with reason MaxFailedIndexesExceeded
    And status.failedIndexes of job/strict is 0,3
    And status.failed of job/strict is 5
    And there is a Warning event "MaxFailedIndexesExceeded" for job/strict with message "Job has exceeded the specified maximal number of failed indexes"

  Scenario: A limit for each index is for Indexed Jobs
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: odd}
      spec:
        backoffLimitPerIndex: 1
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "odd" is invalid: spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode
      """

  Scenario: A most of failed indexes needs a limit for each
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: odd}
      spec:
        completionMode: Indexed
        completions: 3
        maxFailedIndexes: 4
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    Then it is refused as Invalid
    And it is refused with "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified"
    And it is refused with "spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions"

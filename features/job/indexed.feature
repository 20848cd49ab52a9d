Feature: Indexed Jobs
  Each completion has an index, and each index its pod.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: parts
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "30"]
      """

  Scenario: Every index has a pod that knows it
    Then the pods of job/parts are:
      | NAME      |
      | parts-0-* |
      | parts-1-* |
      | parts-2-* |
    And spec.hostname of pod/parts-1-* is parts-1
    And pod/parts-2-* has the label batch.kubernetes.io/job-completion-index=2
    When the cluster settles
    Then job/parts is complete
    And status.completedIndexes of job/parts is 0-2

  Scenario: A failed index is done again
    When 5 seconds pass
    And I patch the status of pod/parts-1-* with:
      """yaml
      status:
        phase: Failed
      """
    And 20 seconds pass
    Then there are 4 pods of job/parts
    And there are 2 pods labelled batch.kubernetes.io/job-completion-index=1
    When the cluster settles
    Then job/parts is complete
    And status.failed of job/parts is 1
    And status.succeeded of job/parts is 3

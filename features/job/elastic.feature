Feature: Indexed Jobs that grow and shrink
  completions of an Indexed Job may change together with parallelism, while it runs.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: team}
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        template:
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: 1
            containers: [{name: c, image: busybox, command: [sleep, "60"]}]
      """
    And 5 seconds pass

  Scenario: More indexes
    When I patch job/team with:
      """yaml
      spec: {completions: 5, parallelism: 5}
      """
    And 5 seconds pass
    Then the pods of job/team are:
      | NAME     | STATUS  |
      | team-0-* | Running |
      | team-1-* | Running |
      | team-2-* | Running |
      | team-3-* | Running |
      | team-4-* | Running |
    When the cluster settles
    Then job/team is complete
    And status.completedIndexes of job/team is 0-4

  Scenario: Fewer indexes: those beyond are removed and are no failures
    When I patch job/team with:
      """yaml
      spec: {completions: 1, parallelism: 1}
      """
    And 5 seconds pass
    Then the pods of job/team are:
      | NAME     | STATUS  |
      | team-0-* | Running |
    When the cluster settles
    Then job/team is complete
    And status.completedIndexes of job/team is 0
    And status.succeeded of job/team is 1
    And status.failed of job/team is not set

  Scenario: Indexes that succeeded are forgotten when they are beyond the end, and done again when it comes back
    When I patch the status of pod/team-2-* with:
      """yaml
      status: {phase: Succeeded}
      """
    And 2 seconds pass
    Then status.completedIndexes of job/team is 2
    When I patch job/team with:
      """yaml
      spec: {completions: 2, parallelism: 2}
      """
    And 2 seconds pass
    Then status.completedIndexes of job/team is not set
    And status.succeeded of job/team is not set
    When I patch job/team with:
      """yaml
      spec: {completions: 3, parallelism: 3}
      """
    And the cluster settles
    Then job/team is complete
    And status.completedIndexes of job/team is 0-2
    And there are 2 pods labelled batch.kubernetes.io/job-completion-index=2

  Scenario: completions do not change alone
    When I try to patch job/team with:
      """yaml
      spec: {completions: 5}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "team" is invalid: spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism
      """

Feature: Policies of Jobs
  What a failure means, and when enough is done, can be said more closely.

  Scenario: An exit code that fails the Job at once
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: strict
      spec:
        backoffLimit: 6
        podFailurePolicy:
          rules:
          - action: FailJob
            onExitCodes:
              containerName: main
              operator: In
              values: [42]
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sh, -c, sleep 5; exit 42]
      """
    And the cluster settles
    Then job/strict has condition FailureTarget with reason PodFailurePolicy
    And job/strict has condition Failed with reason PodFailurePolicy
    And there is a Warning event "PodFailurePolicy" for job/strict with message "Container main for pod default/strict-* failed with exit code 42 matching FailJob rule at index 0"
    And 1 pod of job/strict was created
    And spec.podReplacementPolicy of job/strict is Failed

  Scenario: One index is enough
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: leader
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 3
        successPolicy:
          rules:
          - succeededIndexes: "0"
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sh, -c, "sleep 600"]
      """
    And 5 seconds pass
    And I patch the status of pod/leader-0-* with:
      """yaml
      status:
        phase: Succeeded
      """
    And 2 seconds pass
    Then job/leader has condition SuccessCriteriaMet with reason SuccessPolicy
    When the cluster settles
    Then job/leader has condition Complete with reason SuccessPolicy and message "Matched rules at index 0"
    And status.completedIndexes of job/leader is 0
    And status.succeeded of job/leader is 1
    And status.failed of job/leader is not set
    And there is 1 pod of job/leader

  Scenario: An index that failed too often leaves the others alone
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: apart
      spec:
        completionMode: Indexed
        completions: 2
        parallelism: 2
        backoffLimitPerIndex: 0
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "20"]
      """
    And 5 seconds pass
    And I patch the status of pod/apart-1-* with:
      """yaml
      status:
        phase: Failed
      """
    And the cluster settles
    Then job/apart has condition Failed with reason FailedIndexes and message "Job has failed indexes"
    And status.completedIndexes of job/apart is 0
    And status.failedIndexes of job/apart is 1
    And 2 pods of job/apart were created

  Scenario: A rule on a pod condition means that it is true, unless it says otherwise
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: disrupted}
      spec:
        backoffLimit: 0
        podFailurePolicy:
          rules:
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget}]
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sleep, "100"]}]
      """
    Then spec.podFailurePolicy.rules[0].onPodConditions[0].status of job/disrupted is True

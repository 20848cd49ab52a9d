Feature: Jobs whose pods fail
  Failed pods are replaced, each time after a longer wait, until there were too many.

  Scenario: With restartPolicy Never a failed pod stays and another is made
    Given a cluster with 1 node
    When I apply "fails.yaml"
    And 5 seconds pass
    Then status.failed of job/fails is 1
    And status.active of job/fails is not set
    And there is 1 failed pod of job/fails
    When the cluster settles
    Then job/fails has condition FailureTarget with reason BackoffLimitExceeded
    And job/fails has condition Failed with reason BackoffLimitExceeded and message "Job has reached the specified backoff limit"
    And job/fails is failed
    And 3 pods of job/fails were created
    And there are 3 failed pods of job/fails
    And status.completionTime of job/fails is not set
    And the events of job/fails are:
      | TYPE    | REASON               | MESSAGE                                     |
      | Normal  | SuccessfulCreate     | Created pod: fails-*                        |
      | Normal  | SuccessfulCreate     | Created pod: fails-*                        |
      | Normal  | SuccessfulCreate     | Created pod: fails-*                        |
      | Warning | BackoffLimitExceeded | Job has reached the specified backoff limit |
    And the jobs are:
      | NAME  | STATUS | COMPLETIONS |
      | fails | Failed | 0/1         |
    And the cluster matches the snapshot "failed"
    And the trace of job/fails matches the snapshot "ever later"

  Scenario: The wait doubles up to ten minutes
    Given a cluster with 1 node
    When I apply "fails.yaml"
    And I set spec.backoffLimit of job/fails to 20
    And 1 minute passes
    Then 3 pods of job/fails were created
    When 1 hour passes
    Then 12 pods of job/fails were created
    When I mark this moment
    And 1 hour passes
    Then 5 pods of job/fails were created

  Scenario: A success ends the waiting
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: mixed
      spec:
        completions: 2
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "600"]
      """
    And 2 seconds pass
    And I patch the status of pod/mixed-* with:
      """yaml
      status:
        phase: Failed
      """
    And 12 seconds pass
    Then status.failed of job/mixed is 1
    And status.active of job/mixed is 1

  Scenario: A backoffLimit of 0 allows no failure
    Given a cluster with 1 node
    When I apply "fails.yaml"
    And I set spec.backoffLimit of job/fails to 0
    And the cluster settles
    Then job/fails is failed
    And 1 pod of job/fails was created

  Scenario: When a Job fails its other pods are removed and count as failed
    Given a cluster with 3 nodes
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: three
      spec:
        completions: 3
        parallelism: 3
        backoffLimit: 0
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "600"]
      """
    And 2 seconds pass
    And I patch the status of the pod of job/three on node-1 with:
      """yaml
      status:
        phase: Failed
      """
    And 2 seconds pass
    Then job/three has condition FailureTarget
    And job/three does not have condition Failed
    And status.terminating of job/three is 2
    When the cluster settles
    Then job/three is failed
    And status.failed of job/three is 3
    And there is 1 pod of job/three

  Scenario: With restartPolicy OnFailure the container is restarted in its pod
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: again
      spec:
        backoffLimit: 3
        template:
          spec:
            restartPolicy: OnFailure
            containers:
            - name: main
              image: busybox:1.37
              command: ["false"]
      """
    And 5 seconds pass
    Then the pods of job/again are:
      | NAME    | READY | STATUS           | RESTARTS   |
      | again-* | 0/1   | CrashLoopBackOff | 1 (*s ago) |
    And status.failed of job/again is not set
    And status.active of job/again is 1
    When the cluster settles
    Then job/again has condition Failed with reason BackoffLimitExceeded
    And 1 pod of job/again was created
    And there are 0 pods of job/again
    And status.failed of job/again is 1
    And there is a Normal event "SuccessfulDelete" for job/again with message "Deleted pod: again-*"
    And the trace of job/again matches the snapshot "restarted in place"

  Scenario: restartPolicy Always is not for Jobs
    Given a cluster with 1 node
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: forever
      spec:
        template:
          spec:
            restartPolicy: Always
            containers:
            - name: main
              image: busybox:1.37
      """
    Then it is refused as Invalid with:
      """
      Job.batch "forever" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"
      """

  Scenario: A running pod that is deleted counts as failed and is replaced
    Given a cluster with 2 nodes
    When I apply "eight.yaml"
    And 5 seconds pass
    And I delete the pod of job/eight on node-1
    And 45 seconds pass
    Then status.failed of job/eight is 1
    When the cluster settles
    Then job/eight is complete
    And 9 pods of job/eight were created
    And status.succeeded of job/eight is 8

  Scenario: The pod of a lost node counts as failed and is replaced on another
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: long
      spec:
        completions: 2
        parallelism: 2
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "300"]
      """
    And 5 seconds pass
    And node/node-1 is deleted
    And 2 minutes pass
    Then status.failed of job/long is 1
    And there are 2 running pods of job/long on node-0
    When I wait until job/long is complete
    Then 3 pods of job/long were created

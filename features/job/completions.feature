Feature: Completions and parallelism
  A Job runs pods until as many of them succeeded as it asks for, never more at once than it allows.

  Background:
    Given a cluster with 2 nodes

  Scenario: Five tasks, two at a time
    Given I use namespace cce
    When I apply "jobs.yaml"
    And 2 seconds pass
    Then the jobs are:
      | NAME | STATUS  | COMPLETIONS | DURATION | CONTAINERS | IMAGES         |
      | jobs | Running | 0/5         | 2s       | myjob      | busybox:latest |
    And the pods of job/jobs are:
      | NAME   | READY | STATUS  | OWNER    |
      | jobs-* | 1/1   | Running | Job/jobs |
      | jobs-* | 1/1   | Running | Job/jobs |
    When the cluster settles
    Then job/jobs is complete
    And at most 2 pods of job/jobs ran at once
    And 5 pods of job/jobs were created
    And the jobs are:
      | NAME | STATUS   | COMPLETIONS | DURATION |
      | jobs | Complete | 5/5         | 21s      |
    And there are 5 succeeded pods of job/jobs
    And job/jobs has condition SuccessCriteriaMet with reason CompletionsReached and message "Reached expected number of succeeded pods"
    And job/jobs has condition Complete with reason CompletionsReached and message "Reached expected number of succeeded pods"
    And the events of job/jobs are:
      | TYPE   | REASON           | MESSAGE             | FROM           |
      | Normal | SuccessfulCreate | Created pod: jobs-* | job-controller |
      | Normal | SuccessfulCreate | Created pod: jobs-* | job-controller |
      | Normal | SuccessfulCreate | Created pod: jobs-* | job-controller |
      | Normal | SuccessfulCreate | Created pod: jobs-* | job-controller |
      | Normal | SuccessfulCreate | Created pod: jobs-* | job-controller |
      | Normal | Completed        | Job completed       | job-controller |
    And the cluster matches the snapshot "complete"
    And the trace of job/jobs matches the snapshot "two at a time"

  Scenario: Eight tasks in four batches of two
    When I apply "eight.yaml"
    And I wait until job/eight is complete
    Then the pods of job/eight started in 4 batches of 2
    And 2 pods of job/eight ran at once
    And the jobs are:
      | NAME  | STATUS   | COMPLETIONS | DURATION |
      | eight | Complete | 8/8         | 2m8s     |

  Scenario: Without numbers one pod is run
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: once
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [echo, done]
      """
    Then job/once matches the snapshot "with defaults"
    When the cluster settles
    Then spec.completions of job/once is 1
    And spec.parallelism of job/once is 1
    And 1 pod of job/once was created
    And status.succeeded of job/once is 1
    And status.active of job/once is not set
    And status.ready of job/once is 0

  Scenario: No more pods run at the end than are missing
    Given I use namespace cce
    When I apply "jobs.yaml"
    And I set spec.parallelism of job/jobs to 3
    And the cluster settles
    Then 5 pods of job/jobs were created
    And 3 pods of job/jobs ran at once

  Scenario: A higher parallelism starts more pods at once
    When I apply "eight.yaml"
    And 5 seconds pass
    Then status.active of job/eight is 2
    When I set spec.parallelism of job/eight to 6
    And 1 second passes
    Then status.active of job/eight is 6
    And there are 6 pods of job/eight

  Scenario: A lower parallelism removes running pods, and they are no failures
    When I apply "eight.yaml"
    And I set spec.parallelism of job/eight to 6
    And 5 seconds pass
    And I set spec.parallelism of job/eight to 1
    And 2 seconds pass
    Then status.active of job/eight is 1
    And status.terminating of job/eight is 5
    And there is a Normal event "SuccessfulDelete" for job/eight with message "Deleted pod: eight-*"
    When the cluster settles
    Then status.failed of job/eight is not set
    And job/eight is complete

  Scenario: A parallelism of 0 holds a Job
    When I apply "eight.yaml"
    And I set spec.parallelism of job/eight to 0
    And 10 minutes pass
    Then there are 0 running pods of job/eight
    And job/eight does not have condition Complete
    When I set spec.parallelism of job/eight to 8
    And the cluster settles
    Then job/eight is complete

  Scenario: A Job of no completions is complete as it is
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: none
      spec:
        completions: 0
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
      """
    And 1 second passes
    Then job/none is complete
    And there are 0 pods of job/none

  Scenario: The pods of a Job carry its name, its uid and the tracking finalizer
    When I apply "eight.yaml"
    Then there are 2 pods labelled batch.kubernetes.io/job-name=eight
    And there are 2 pods labelled job-name=eight
    And the pod of job/eight on node-0 has the finalizer batch.kubernetes.io/job-tracking
    And the pod of job/eight on node-0 is owned by job/eight

  Scenario: What may not change of a Job
    When I apply "eight.yaml"
    And I try to set spec.completions of job/eight to 9
    Then it is refused as Invalid with:
      """
      Job.batch "eight" is invalid: spec.completions: Invalid value: 9: field is immutable
      """
    When I try to set spec.completionMode of job/eight to Indexed
    Then it is refused with "field is immutable"

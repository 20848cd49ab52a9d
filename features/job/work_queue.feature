Feature: Work queues
  A Job without completions is a work queue: one success says that the work is done, and the other pods finish theirs.

  Background:
    Given a cluster with 3 nodes
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: queue
      spec:
        parallelism: 3
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "20"]
      """

  Scenario: The Job is complete when all its pods are done
    Then spec.completions of job/queue is not set
    When the cluster settles
    Then job/queue is complete
    And the jobs are:
      | NAME  | STATUS   | COMPLETIONS |
      | queue | Complete | 3/1 of 3    |
    And 3 pods of job/queue were created

  Scenario: After one success nothing is started any more
    When 2 seconds pass
    And I patch the status of the pod of job/queue on node-1 with:
      """yaml
      status:
        phase: Succeeded
      """
    And 5 seconds pass
    Then status.succeeded of job/queue is 1
    And status.active of job/queue is 2
    And job/queue does not have condition Complete
    When the cluster settles
    Then job/queue is complete
    And 3 pods of job/queue were created

Feature: Counting pods
  Every pod of a Job is counted once: a finalizer keeps it until its end is written down.

  Background:
    Given a cluster with 2 nodes

  Scenario: A pod that ended loses the finalizer and stays counted when it is deleted
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
              command: [sleep, "10"]
      """
    And 5 seconds pass
    Then metadata.finalizers of pod/once-* is [batch.kubernetes.io/job-tracking]
    When the cluster settles
    Then metadata.finalizers of pod/once-* is not set
    And status.succeeded of job/once is 1
    And status.uncountedTerminatedPods of job/once is {}
    When I delete pod/once-*
    And the cluster settles
    Then there are 0 pods
    And job/once is complete
    And status.succeeded of job/once is 1
    And the trace of job/once matches the snapshot "counted once"

  Scenario: A pod that is deleted while it runs is kept until it is counted
    When I apply "eight.yaml"
    And 5 seconds pass
    And I mark this moment
    And I force delete the pod of job/eight on node-0
    And 1 second passes
    Then status.failed of job/eight is 1
    When the cluster settles
    Then status.succeeded of job/eight is 8
    And job/eight is complete

  Scenario: A pod whose labels stop matching is released and replaced
    When I apply "eight.yaml"
    And 5 seconds pass
    And I label the pod of job/eight on node-0 batch.kubernetes.io/controller-uid=other
    And 3 seconds pass
    Then there are 2 running pods of job/eight
    And there are 3 running pods
    And there is 1 running pod labelled batch.kubernetes.io/controller-uid=other
    And status.failed of job/eight is not set

  Scenario: A free pod that the selector picks is adopted and counted
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: found
        labels:
          task: shared
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: busybox:1.37
          command: [sleep, "10"]
      """
    And 2 seconds pass
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: adopts
      spec:
        manualSelector: true
        selector:
          matchLabels:
            task: shared
        completions: 2
        parallelism: 2
        template:
          metadata:
            labels:
              task: shared
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
              command: [sleep, "10"]
      """
    And 1 second passes
    Then pod/found is owned by job/adopts
    And pod/found has the finalizer batch.kubernetes.io/job-tracking
    And there are 2 pods of job/adopts
    When the cluster settles
    Then job/adopts is complete
    And status.succeeded of job/adopts is 2

  Scenario: A Job that is over makes no new pods
    When I apply "fails.yaml"
    And I set spec.backoffLimit of job/fails to 0
    And the cluster settles
    And I delete pod/fails-*
    And 1 hour passes
    Then there are 0 pods of job/fails
    And 1 pod of job/fails was created
    And status.failed of job/fails is 1

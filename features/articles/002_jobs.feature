Feature: What the article "Job & DaemonSet" (002_8e06b71881d02d47.txt) says of Jobs

  Background:
    Given a cluster with 4 nodes

  Scenario: A Job makes pods as many as it is told and sees whether they succeed
    The article says: a Job is a controller of tasks, which makes one or more pods, as many as are wanted, and watches
    whether they succeed.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: several}
      spec:
        completions: 3
        parallelism: 3
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And 3 seconds pass
    Then there are 3 running pods of job/several
    And status.active of job/several is 3
    And status.ready of job/several is 3
    When the cluster settles
    Then status.succeeded of job/several is 3
    And job/several is complete

  Scenario: How it is tried again follows from how its pods end
    The article says: by the state of its pods a Job is told how to start over, and how often.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: retries}
      spec:
        backoffLimit: 1
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, exit 1]}]}}
      """
    And the cluster settles
    Then 2 pods of job/retries were created
    And job/retries has condition Failed with reason BackoffLimitExceeded

  Scenario: backoffLimit is how often it can be tried again
    The article says: a Job cannot be tried again without end, and backoffLimit is how often it can be. The first try is
    none of them: with 4 there are five pods. The article's picture shows a backoffLimit of 4.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        backoffLimit: 4
        template: {spec: {restartPolicy: Never, containers: [{name: pi, image: busybox, command: [sh, -c, exit 1]}]}}
      """
    And 1 hour passes
    Then 5 pods of job/pi were created
    And status.failed of job/pi is 5
    And job/pi is failed

  Scenario: Never makes another pod, as the article says, but only after a failure
    The article says: when a Job is to be run again, take Never. A pod that succeeded is not run again for that.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: succeeds}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "1"]}]}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: fails}
      spec:
        backoffLimit: 1
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, exit 1]}]}}
      """
    And 1 hour passes
    Then 1 pod of job/succeeds was created
    And 2 pods of job/fails were created

  Scenario: OnFailure runs a container again, in its pod, when it failed
    The article says: to run it, and to try it, again only when it failed, take OnFailure.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: once-more}
      spec:
        template:
          spec:
            restartPolicy: OnFailure
            volumes: [{name: notes, emptyDir: {}}]
            containers:
            - name: c
              image: busybox
              command: [sh, -c, "if [ -f /notes/tried ]; then exit 0; fi; touch /notes/tried; exit 1"]
              volumeMounts: [{name: notes, mountPath: /notes}]
      """
    And I wait until job/once-more is complete
    Then 1 pod of job/once-more was created
    And status.containerStatuses[0].restartCount of pod/once-more-* is 1
    And status.failed of job/once-more is not set

  Scenario: Always is no restart policy of a Job
    The article says: to run it again whatever happens, take Always. It is refused, since a Job that starts over for ever is
    never done.
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        template:
          spec:
            containers: [{name: pi, image: perl, command: ["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"]}]
            restartPolicy: Always
        backoffLimit: 4
      """
    Then it is refused as Invalid with:
      """
      Job.batch "pi" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"
      """

  @kubectl
  Scenario: What kubectl get jobs shows
    The article says: NAME, COMPLETIONS (how many pods there are to be, and how many of them are done), DURATION (how long the
    work took), and AGE (the time since its making). Since kubectl 1.30 there is a STATUS as well. DURATION ends with the
    Job, AGE goes on.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: pi, image: perl, command: [sleep, "40"]}]}}
      """
    And 10 seconds pass
    And I run `kubectl get jobs`
    Then the output is:
      """
      NAME   STATUS    COMPLETIONS   DURATION   AGE
      pi     Running   0/1           10s        10s
      """
    When 5 minutes pass
    And I run `kubectl get jobs`
    Then the output is:
      """
      NAME   STATUS     COMPLETIONS   DURATION   AGE
      pi     Complete   1/1           42s        5m10s
      """

  Scenario: The name of a pod is the Job's and a random suffix
    The article says: the pods are called `${job-name}-${random-suffix}`.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: pi, image: perl, command: [sleep, "40"]}]}}
      """
    Then the pods of job/pi are:
      | NAME     |
      | pi-*     |
    And metadata.generateName of pod/pi-* is pi-

  @kubectl
  Scenario: From a pod to its Job and back
    The article says: a pod has ownerReferences, which name the batch/v1 Job that controls it, so that one finds the Job
    from the pod, and the pods from the Job, by their labels.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: pi, image: perl, command: [sleep, "40"]}]}}
      """
    Then metadata.ownerReferences[0].apiVersion of pod/pi-* is batch/v1
    And metadata.ownerReferences[0].kind of pod/pi-* is Job
    And metadata.ownerReferences[0].name of pod/pi-* is pi
    And metadata.ownerReferences[0].controller of pod/pi-* is true
    And metadata.ownerReferences[0].blockOwnerDeletion of pod/pi-* is true
    And pod/pi-* is owned by job/pi
    When I run `kubectl get pods -l job-name=pi -o jsonpath='{.items[*].metadata.ownerReferences[0].kind}/{.items[*].metadata.ownerReferences[0].name}'`
    Then the output is:
      """
      Job/pi
      """

  Scenario: Eight times in all, two at a time, in four batches
    The article says: with completions 8 and parallelism 2 the task is run eight times, two pods at a time, in four batches,
    about 40 s apart; always two pods have the same age. In its pictures the whole takes 2m23s.
    When I apply "../job/eight.yaml"
    And 25 seconds pass
    Then the jobs are:
      | NAME  | STATUS  | COMPLETIONS | DURATION |
      | eight | Running | 0/8         | 25s      |
    And there are 2 running pods of job/eight
    When 20 seconds pass
    Then there are 2 running pods of job/eight
    And there are 2 succeeded pods of job/eight
    And the pods of job/eight are:
      | NAME    | READY | STATUS    | AGE |
      | eight-* | 0/1   | Completed | 45s |
      | eight-* | 0/1   | Completed | 45s |
      | eight-* | 1/1   | Running   | 13s |
      | eight-* | 1/1   | Running   | 13s |
    When I wait until job/eight is complete
    Then the pods of job/eight started in 4 batches of 2
    And at most 2 pods of job/eight ran at once
    And 8 pods of job/eight were created
    And there are 8 succeeded pods of job/eight
    And the jobs are:
      | NAME  | STATUS   | COMPLETIONS | DURATION |
      | eight | Complete | 8/8         | 2m8s     |

  Scenario: parallelism is a bound, not a rhythm
    The article says: two pods are made at once, run side by side, vanish, and then two more are made. Pods that take
    different times show that a new one is made whenever one is done; and none of them vanishes.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: uneven}
      spec:
        completionMode: Indexed
        completions: 4
        parallelism: 2
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: c
              image: busybox
              command: [sh, -c, "if [ $JOB_COMPLETION_INDEX = 0 ]; then sleep 60; else sleep 10; fi"]
      """
    And 20 seconds pass
    Then the pods of job/uneven are:
      | NAME       | STATUS    |
      | uneven-0-* | Running   |
      | uneven-1-* | Completed |
      | uneven-2-* | Running   |
    When 30 seconds pass
    Then the pods of job/uneven are:
      | NAME       | STATUS    |
      | uneven-0-* | Running   |
      | uneven-1-* | Completed |
      | uneven-2-* | Completed |
      | uneven-3-* | Completed |
    And at most 2 pods of job/uneven ran at once

  @kubectl
  Scenario: The example is created, shown, and its result read
    The article says: after `kubectl create -f job.yaml` the Job is shown by `get jobs` and its pod by `get pods`, first as it
    runs, then as done, and `logs` shows the digits of pi.
    Given containers of image "perl" print "3.141592653589793238462643383279502884197169399375105820974944" and exit 0 after 10 seconds
    When I run `kubectl create -f ../job/pi.yaml`
    Then the output is:
      """
      job.batch/pi created
      """
    When 5 seconds pass
    And I run `kubectl get jobs,pods`
    Then the output is:
      """
      NAME           STATUS    COMPLETIONS   DURATION   AGE
      job.batch/pi   Running   0/1           5s         5s

      NAME           READY   STATUS    RESTARTS   AGE
      pod/pi-*   1/1     Running   0          5s
      """
    When I wait until job/pi is complete
    And I run `kubectl get pods`
    Then the output contains "0/1     Completed   0"
    When I run `kubectl logs job/pi`
    Then the output is:
      """
      3.141592653589793238462643383279502884197169399375105820974944
      """

  Scenario: What the controller does at each change
    The article says: the controller looks which pods are active; it makes pods when there are too few, removes pods when
    there are more than there should be, and writes the status when one of them changes.
    When I apply "../job/eight.yaml"
    And 5 seconds pass
    Then status.active of job/eight is 2
    And the events of job/eight are:
      | TYPE   | REASON           | MESSAGE              |
      | Normal | SuccessfulCreate | Created pod: eight-* |
      | Normal | SuccessfulCreate | Created pod: eight-* |
    When I set spec.parallelism of job/eight to 1
    And 1 second passes
    Then status.active of job/eight is 1
    And there is a Normal event "SuccessfulDelete" for job/eight with message "Deleted pod: eight-*"
    When I delete the pod of job/eight on node-1
    And 45 seconds pass
    Then status.active of job/eight is 1
    And there is 1 running pod of job/eight

  Scenario: Labels say whose the pods are
    The article says: every pod has a label by which it is known to which Job it belongs. Today there are
    two of each, the older ones without a prefix.
    When I apply "../job/pi.yaml"
    Then there is 1 pod labelled job-name=pi
    And there is 1 pod labelled batch.kubernetes.io/job-name=pi

  Scenario: Serially or side by side
    The article says: whether a Job works serially or in parallel follows from what it is given. Without parallelism there
    is one pod at a time, however many completions are asked for.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: serial}
      spec:
        completions: 3
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "10"]}]}}
      """
    And the cluster settles
    Then job/serial is complete
    And at most 1 pod of job/serial ran at once
    And the pods of job/serial started in 3 batches of 1

  Scenario: One task after the other
    The article says: by what depends on what, a Job makes sure that the task before is done before the next one runs.
    Between Jobs there is no such thing: two that are applied together run together. Within one, the order is that of
    init containers, or of indexes with a parallelism of 1.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: first}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "30"]}]}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: second}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "30"]}]}}
      """
    And 5 seconds pass
    Then there is 1 running pod of job/first
    And there is 1 running pod of job/second

Feature: What the article "Other kinds of pods" (004_ffa33a61927bd953.txt) says of Jobs

  Background:
    Given a cluster with 3 nodes

  Scenario: The successes are counted until there are enough
    The article says: a Job makes pods and makes sure that so many of them succeed. As they do, it counts them; when there are
    enough the task is done.
    Given I use namespace cce
    When I apply "../job/jobs.yaml"
    And 8 seconds pass
    Then status.succeeded of job/jobs is 2
    And job/jobs does not have condition Complete
    When 7 seconds pass
    Then status.succeeded of job/jobs is 4
    And job/jobs does not have condition Complete
    When 7 seconds pass
    Then status.succeeded of job/jobs is 5
    And job/jobs is complete

  Scenario: Deleting a Job clears away all its pods
    The article says: the deletion of a Job clears away all the pods that it made, also those that are done.
    When I apply "../job/eight.yaml"
    And 50 seconds pass
    Then there are 4 pods of job/eight
    When I delete job/eight
    And the cluster settles
    Then there are 0 pods

  Scenario Outline: A new pod is started when the first one <what>
    The article says: when the first pod fails or is deleted, for instance because of its node's hardware or a restart, the
    Job starts a new one. It counts as a failure in each case.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: work}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "300"]}]}}
      """
    And 5 seconds pass
    And <this happens>
    And 2 minutes pass
    Then 2 pods of job/work were created
    And there is 1 running pod of job/work
    And status.failed of job/work is 1

    Examples:
      | what                      | this happens                                   |
      | fails                     | container "c" of pod/work-* starts exiting 1   |
      | is deleted                | I delete pod/work-*                            |
      | is evicted from its node  | I evict pod/work-*                             |
      | is lost with its node     | node/node-0 is deleted                         |

  Scenario: Without completions and parallelism it is one pod
    The article says: completions is the number of pods that have to succeed, by default 1; parallelism is the number that
    run at once, by default 1.
    When I apply "../job/fails.yaml"
    Then spec.completions of job/fails is 1
    And spec.parallelism of job/fails is 1

  Scenario: Without completions, parallelism says how many pods there are, and the field stays empty
    The article says: if completions is not set it is parallelism by default. The field is not set to that, and so many
    successes are not needed: the pods agree among themselves on the work, one success is enough, and the rest may finish.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: queue}
      spec:
        parallelism: 3
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "20"]}]}}
      """
    And 5 seconds pass
    Then spec.completions of job/queue is not set
    And there are 3 running pods of job/queue
    When the cluster settles
    Then job/queue is complete
    And 3 pods of job/queue were created

  Scenario: A work queue is done when one pod succeeded and all have ended
    The article says: once at least one pod succeeded and all pods have ended, the Job has succeeded. A pod that fails after
    the first success is not made again.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: queue}
      spec:
        parallelism: 3
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "100"]}]}}
      """
    And 5 seconds pass
    And I patch the status of the pod of job/queue on node-0 with:
      """yaml
      status: {phase: Succeeded}
      """
    And 5 seconds pass
    Then job/queue does not have condition SuccessCriteriaMet
    When I patch the status of the pod of job/queue on node-1 with:
      """yaml
      status: {phase: Failed}
      """
    And the cluster settles
    Then job/queue is complete
    And 3 pods of job/queue were created
    And status.succeeded of job/queue is 2
    And status.failed of job/queue is 1

  Scenario: With a number of completions each success is one of them
    The article says: with completions above zero a Job is done when there is a pod that succeeded for each of them.
    When I apply "../job/eight.yaml"
    And I set spec.parallelism of job/eight to 8
    And the cluster settles
    Then status.succeeded of job/eight is 8
    And job/eight is complete

  Scenario: With one completion the first success is the end
    The article says: when completions is 1 the pod that succeeds is all there is. Normally only one pod is started, unless it
    fails; as soon as the pod has succeeded the Job is done.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: once}
      spec:
        completions: 1
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And 8 seconds pass
    Then job/once is complete
    And 1 pod of job/once was created

  Scenario: activeDeadlineSeconds is for the whole life of a Job
    The article says: it holds for the Job, however many pods it made. At that time all pods that run are stopped, and the
    status says Failed with the reason DeadlineExceeded.
    When I apply "../job/eight.yaml"
    And I set spec.activeDeadlineSeconds of job/eight to 75
    And 74 seconds pass
    Then 6 pods of job/eight were created
    And there are 2 running pods of job/eight
    When 2 minutes pass
    Then there are 0 running pods of job/eight
    And job/eight has condition Failed with reason DeadlineExceeded
    And status.succeeded of job/eight is 4

  Scenario: activeDeadlineSeconds goes before backoffLimit
    The article says: a Job that tries again after failures starts no more pods once it is at activeDeadlineSeconds, though it
    has not been tried as often as backoffLimit allows.
    When I apply "../job/fails.yaml"
    And I set spec.backoffLimit of job/fails to 6
    And I set spec.activeDeadlineSeconds of job/fails to 100
    And 1 hour passes
    Then job/fails has condition Failed with reason DeadlineExceeded
    And 4 pods of job/fails were created

  @kubectl
  Scenario: The manifest of the article is refused
    The article shows this manifest, with a restartPolicy of the Job itself and two limits for the back-off. There is no such
    field. That another is there twice kubectl does not notice: the second is the one that counts.
    When I run `kubectl apply -f 004_pi.yaml`
    Then it fails with exit code 1
    And the error output is:
      """
      Error from server (BadRequest): error when creating "004_pi.yaml": Job in version "v1" cannot be handled as a Job: strict decoding error: unknown field "spec.restartPolicy"
      """
    When I run `sed '/^  restartPolicy/d' 004_pi.yaml | kubectl apply -f -`
    Then it succeeds
    And spec.backoffLimit of job/pi is 4

  @kubectl
  Scenario: The Job is looked at, and its result read
    The article says: `kubectl apply` answers "job.batch/pi created", `describe jobs/pi` tells how it is, `get pods` shows the pod,
    whose name is found by the label job-name, and `logs` prints pi.
    Given containers of image "perl" print "3.141592653589793238462" and exit 0 after 10 seconds
    When I run `sed '/^  restartPolicy/d' 004_pi.yaml | kubectl apply -f -`
    Then the output is:
      """
      job.batch/pi created
      """
    When I run `kubectl describe jobs/pi`
    Then the output contains "Pods Statuses:               1 Active (0 Ready) / 0 Succeeded / 0 Failed"
    And the output contains "Active Deadline Seconds:     100s"
    When I wait until job/pi is complete
    And I run `kubectl get pods`
    Then the output is:
      """
      NAME       READY   STATUS      RESTARTS   AGE
      pi-*   0/1     Completed   0          *s
      """
    When I run `pods=$(kubectl get pods --selector=job-name=pi --output=jsonpath={.items..metadata.name}); kubectl logs $pods`
    Then the output is:
      """
      3.141592653589793238462
      """

  Scenario: ttlSecondsAfterFinished clears it away
    The article says: with ttlSecondsAfterFinished 100 in its manifest. The Job and its pods are gone a hundred seconds after
    the end.
    Given containers of image "perl" print "3.14" and exit 0 after 10 seconds
    When I apply "../job/pi.yaml"
    And I wait until job/pi is complete
    And 99 seconds pass
    Then job/pi exists
    When 2 seconds pass
    Then job/pi does not exist
    And there are 0 pods

Feature: What the article "Other kinds of pods" (004_ffa33a61927bd953.txt) says of CronJobs

  Background:
    Given a cluster with 2 nodes

  Scenario: Once at a time, or again and again
    The article says: a CronJob runs a Job at a given time, once or again and again. There is no "once": the first of
    January comes round each year.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: yearly}
      spec:
        schedule: "30 2 1 1 *"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And 1 day passes
    Then status.lastScheduleTime of cronjob/yearly is 2026-01-01T02:30:00Z
    When 364 days pass
    Then there is 1 job of cronjob/yearly
    When 1 day passes
    Then status.lastScheduleTime of cronjob/yearly is 2027-01-01T02:30:00Z

  @kubectl
  Scenario: The manifest of the article is of a version that is gone
    The article creates a CronJob of batch/v1beta1 with kubectl. It was served until 1.24.
    When I run `kubectl create -f 004_cronjob.yaml`
    Then it fails with exit code 1
    And the error output is:
      """
      error: resource mapping not found for name: "hello" namespace: "" from "004_cronjob.yaml": no matches for kind "CronJob" in version "batch/v1beta1"
      ensure CRDs are installed first
      """

  @kubectl
  Scenario: What kubectl shows of a CronJob and its Jobs today
    The article shows `cronjob "hello" created`, a Job hello-1202039034 with the columns DESIRED and SUCCESSFUL, and a CronJob
    without a time zone. Today the answers are these; the name ends with the minute since 1970 that the Job was due at.
    When I run `sed s/v1beta1/v1/ 004_cronjob.yaml | kubectl create -f -`
    Then the output is:
      """
      cronjob.batch/hello created
      """
    When 109 seconds pass
    And I run `kubectl get jobs`
    Then the output is:
      """
      NAME             STATUS     COMPLETIONS   DURATION   AGE
      hello-29453761   Complete   1/1           *s         49s
      """
    When I run `kubectl get cronjob`
    Then the output is:
      """
      NAME    SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
      hello   */1 * * * *   <none>     False     0        49s             109s
      """
    When I run `pods=$(kubectl get pods --selector=job-name=hello-29453761 --output=jsonpath={.items..metadata.name}); kubectl logs $pods`
    Then the output is:
      """
      Thu Jan  1 00:01:0* UTC 2026
      Hello from the Kubernetes cluster
      """

  @kubectl
  Scenario: A deleted CronJob takes its Jobs along
    The article says: `kubectl delete cronjob` stops the making of Jobs, but Jobs that run are not stopped and neither Jobs nor
    pods are deleted. That was so before batch/v1; today they go with it.
    When I apply "../cronjob/overlap.yaml"
    And 90 seconds pass
    Then there is 1 running pod
    When I run `kubectl delete cronjob x`
    Then the output is:
      """
      cronjob.batch "x" deleted*
      """
    When 10 minutes pass
    Then there are 0 jobs
    And there are 0 pods

  @kubectl
  Scenario: With --cascade=orphan it is as the article has it
    The article says: what runs goes on, nothing new is made, and the Jobs have to be deleted, one by one or with
    `kubectl delete jobs --all`.
    When I apply "../cronjob/overlap.yaml"
    And 130 seconds pass
    And I run `kubectl delete cronjob x --cascade=orphan`
    Then it succeeds
    And there are 2 running pods
    When 10 minutes pass
    Then the jobs are:
      | NAME       | STATUS   | COMPLETIONS |
      | x-29453761 | Complete | 1/1         |
      | x-29453762 | Complete | 1/1         |
    And there are 2 succeeded pods
    When I run `kubectl delete jobs x-29453761`
    Then the output is:
      """
      job.batch "x-29453761" deleted*
      """
    When I run `kubectl delete jobs --all`
    Then the output is:
      """
      job.batch "x-29453762" deleted*
      """
    When the cluster settles
    Then there are 0 jobs
    And there are 0 pods

  Scenario: The fields of a CronJob and their defaults
    The article lists schedule, jobTemplate, startingDeadlineSeconds, concurrencyPolicy (Allow, Forbid, Replace), suspend and
    the two history limits (3 and 1).
    When I apply "../cronjob/hello.yaml"
    Then spec.concurrencyPolicy of cronjob/hello is Allow
    And spec.suspend of cronjob/hello is false
    And spec.successfulJobsHistoryLimit of cronjob/hello is 3
    And spec.failedJobsHistoryLimit of cronjob/hello is 1
    And spec.startingDeadlineSeconds of cronjob/hello is not set

  Scenario: One Job that failed is kept, and three that succeeded
    The article says: the limits are how many Jobs that are over are kept, by default 3 and 1.
    When I apply "../cronjob/hello.yaml"
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: bad}
      spec:
        schedule: "*/1 * * * *"
        jobTemplate:
          spec:
            backoffLimit: 0
            template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, exit 1]}]}}
      """
    And 10 minutes pass
    And 30 seconds pass
    Then there are 3 jobs of cronjob/hello
    And there is 1 job of cronjob/bad

  Scenario: Suspended, nothing is started, and what runs goes on
    The article says: suspend holds what follows. What was started is not held.
    When I apply "../cronjob/overlap.yaml"
    And 90 seconds pass
    And I set spec.suspend of cronjob/x to true
    And 5 minutes pass
    Then the jobs are:
      | NAME       | STATUS   |
      | x-29453761 | Complete |

  Scenario: A backup in the night
    The article says: CronJobs are for what comes back, such as backups and mails, and for what is to be done when the
    cluster is idle.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: backup}
      spec:
        schedule: "0 3 * * *"
        timeZone: Asia/Shanghai
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: OnFailure
                containers: [{name: backup, image: busybox, command: [sh, -c, "echo saved at $(date +%H:%M)"]}]
      """
    And 1 day passes
    Then status.lastScheduleTime of cronjob/backup is 2026-01-01T19:00:00Z
    And the log of job/backup-29454900 contains "saved at 19:00"

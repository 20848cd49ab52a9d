Feature: What the article "Job & DaemonSet" (002_8e06b71881d02d47.txt) says of CronJobs

  Background:
    Given a cluster with 2 nodes

  @kubectl
  Scenario: A Job a minute after the CronJob, and one each minute from then on
    The article says: `*/1` runs the Job each minute; after `get cronjob` shows it one has to wait for the first; then there is
    a Job called `hello-xxxx`, and one more each minute.
    Given the time is 2026-01-01T00:00:05Z
    When I run `kubectl create -f ../cronjob/hello.yaml`
    Then the output is:
      """
      cronjob.batch/hello created
      """
    When I run `kubectl get cronjob`
    Then the output is:
      """
      NAME    SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
      hello   */1 * * * *   <none>     False     0        <none>          0s
      """
    When I run `kubectl get jobs`
    Then the error output is:
      """
      No resources found in default namespace.
      """
    When 1 minute passes
    And I run `kubectl get jobs`
    Then the output is:
      """
      NAME             STATUS     COMPLETIONS   DURATION   AGE
      hello-29453761   Complete   1/1           *s         5s
      """
    When 1 minute passes
    Then there are 2 jobs of cronjob/hello

  Scenario: What the Job prints
    The article says: the Job prints the date, and "Hello from the kubernetes cluster".
    When I apply "../cronjob/hello.yaml"
    And 90 seconds pass
    Then the log of job/hello-29453761 is:
      """
      Thu Jan  1 00:01:0* UTC 2026
      Hello from the Kubernetes cluster
      """

  Scenario: It goes on until it is told to stop
    The article says: if nobody interferes there is a new Job each minute, until one says that it is not to run again. That
    is what suspend is for, and deletion.
    When I apply "../cronjob/hello.yaml"
    And 5 minutes pass
    And 30 seconds pass
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T00:05:00Z
    When I set spec.suspend of cronjob/hello to true
    And 1 hour passes
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T00:05:00Z
    And there are 3 jobs of cronjob/hello

  Scenario Outline: The schedule is written as crontab's is: <schedule>
    The article says: the times are written as those of Linux's crontab, so that one can say at which hour and minute, every
    so many minutes, every so many hours.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "<schedule>"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    And the time is <before>
    Then there are 0 jobs
    When 2 seconds pass
    Then status.lastScheduleTime of cronjob/x is <at>

    Examples:
      | schedule     | before               | at                   |
      | 15 3 * * *   | 2026-01-01T03:14:59Z | 2026-01-01T03:15:00Z |
      | */10 * * * * | 2026-01-01T00:09:59Z | 2026-01-01T00:10:00Z |
      | 0 */6 * * *  | 2026-01-01T05:59:59Z | 2026-01-01T06:00:00Z |

  Scenario: startingDeadlineSeconds says how late a Job may start
    The article says: it is how long a run may wait for its start, and the Job is stopped when it takes longer. A run that is
    too late is left out, as a controller that was down shows. But what was started is not stopped by it, however long its pod
    waits or runs: here for a node that is not there, long after the ten seconds.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: late}
      spec:
        schedule: "0 * * * *"
        startingDeadlineSeconds: 10
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                nodeSelector: {disk: ssd}
                containers: [{name: c, image: busybox, command: [sleep, "10"]}]
      """
    And 61 minutes pass
    Then the jobs are:
      | NAME          | STATUS  |
      | late-29453820 | Running |
    And there is 1 pending pod
    When 30 minutes pass
    Then the jobs are:
      | NAME          | STATUS  |
      | late-29453820 | Running |
    When I label node/node-1 disk=ssd
    And 20 seconds pass
    Then job/late-29453820 is complete

  Scenario: A run that is later than startingDeadlineSeconds never starts
    When I apply "../cronjob/hello.yaml"
    And I set spec.startingDeadlineSeconds of cronjob/hello to 15
    And 90 seconds pass
    And the cronjob-controller goes down
    And 50 seconds pass
    And the cronjob-controller comes back
    And 1 second passes
    Then there is 1 job of cronjob/hello
    When 40 seconds pass
    Then status.lastScheduleTime of cronjob/hello is 2026-01-01T00:03:00Z
    And job/hello-29453762 does not exist

  Scenario Outline: concurrencyPolicy is a word and not <value>
    The article says: with true a Job starts each minute whether or not the one before is done, with false it waits for it.
    Today the words are Allow, Forbid and Replace, and a truth value is none of them.
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "*/1 * * * *"
        concurrencyPolicy: <value>
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    Then it is refused as <reason>
    And it is refused with:
      """
      <message>
      """

    Examples:
      | value   | reason     | message                                                                                                |
      | true    | BadRequest | CronJob in version "v1" cannot be handled as a CronJob: json: cannot unmarshal bool into Go struct field CronJobSpec.spec.concurrencyPolicy of type v1.ConcurrencyPolicy |
      | "false" | Invalid    | CronJob.batch "x" is invalid: spec.concurrencyPolicy: Unsupported value: "false": supported values: "Allow", "Forbid", "Replace"     |

  Scenario: A Job of a minutely CronJob that takes two minutes
    The article says: when a Job is run each minute and takes two, the second one comes when the first is not done; with
    "true" (Allow) it starts all the same, each minute.
    When I apply "../cronjob/overlap.yaml"
    And 2 minutes pass
    And 10 seconds pass
    Then the jobs are:
      | NAME       | STATUS  |
      | x-29453761 | Running |
      | x-29453762 | Running |

  Scenario: With Forbid the next Job starts when the one before is done
    The article says: with "false" (Forbid) the next one waits until the one before is done. Of all the runs that came
    meanwhile only the latest waits; the others are left out.
    When I apply "../cronjob/overlap.yaml"
    And I set spec.concurrencyPolicy of cronjob/x to Forbid
    And I patch cronjob/x with:
      """yaml
      spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: slow, command: [sleep, "150"]}]}}}}}
      """
    And 3 minutes pass
    And 20 seconds pass
    Then the jobs are:
      | NAME       | STATUS  |
      | x-29453761 | Running |
    When 20 seconds pass
    Then the jobs are:
      | NAME       | STATUS   |
      | x-29453761 | Complete |
      | x-29453763 | Running  |

  Scenario: There is no JobsHistoryLimit, but one limit for each end
    The article says: JobsHistoryLimit is how many Jobs are left for their history, by default 10 or 100. There are two such
    fields: three Jobs that succeeded are kept by default, and one that failed.
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: x}
      spec:
        schedule: "*/1 * * * *"
        JobsHistoryLimit: 10
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [date]}]}}}}
      """
    Then it is refused as BadRequest with:
      """
      CronJob in version "v1" cannot be handled as a CronJob: strict decoding error: unknown field "spec.JobsHistoryLimit"
      """
    When I apply "../cronjob/hello.yaml"
    Then spec.successfulJobsHistoryLimit of cronjob/hello is 3
    And spec.failedJobsHistoryLimit of cronjob/hello is 1
    When I set spec.successfulJobsHistoryLimit of cronjob/hello to 10
    And 20 minutes pass
    And 30 seconds pass
    Then there are 10 jobs of cronjob/hello

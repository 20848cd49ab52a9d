Feature: What the article "Stateless pod controllers, part 2" (000_a1c26436f550bbe4.txt) says of Jobs and CronJobs

  Background:
    Given a cluster with 3 nodes
    And I use namespace cce

  Scenario: A Job is done once and is no daemon
    The article says: a Job is for work that is done once; when it is done it ends.
    When I apply "../job/jobs.yaml"
    And 1 hour passes
    Then job/jobs is complete
    And there are 0 running pods
    And 5 pods of job/jobs were created

  Scenario: A pod that is gone comes back with a Deployment, a ReplicaSet and a DaemonSet
    The article says: a pod that goes down is made again by a Deployment, a ReplicaSet or a DaemonSet. A Job that is done does
    not care.
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: dep}
      spec:
        selector: {matchLabels: {app: dep}}
        template: {metadata: {labels: {app: dep}}, spec: {containers: [{name: c, image: nginx}]}}
      ---
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: rs}
      spec:
        selector: {matchLabels: {app: rs}}
        template: {metadata: {labels: {app: rs}}, spec: {containers: [{name: c, image: nginx}]}}
      ---
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: ds}
      spec:
        selector: {matchLabels: {app: ds}}
        template: {metadata: {labels: {app: ds}}, spec: {containers: [{name: c, image: nginx}]}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: job}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And the cluster settles
    And I delete pod/dep-*
    And I delete pod/rs-*
    And I delete the pod of daemonset/ds on node-0
    And I delete pod/job-*
    And the cluster settles
    Then there is 1 running pod labelled app=dep
    And there is 1 running pod labelled app=rs
    And there are 3 running pods labelled app=ds
    And there are 0 pods of job/job

  Scenario: The pods of a Job go when the Job is deleted
    The article says: when a Job is deleted its pods are deleted too.
    When I apply "../job/jobs.yaml"
    And 9 seconds pass
    And I delete job/jobs
    And the cluster settles
    Then there are 0 pods

  Scenario: A task that failed is done again, one that succeeded is not
    The article says: if the task failed, which its exit code says, the pod is made again; if it succeeded it is not. With
    restartPolicy Never that is a new pod.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: fails}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, exit 7]}]}}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: succeeds}
      spec:
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, exit 0]}]}}
      """
    And 45 seconds pass
    Then 3 pods of job/fails were created
    And there are 3 failed pods of job/fails
    And the pods of job/fails are:
      | NAME    | STATUS | RESTARTS |
      | fails-* | Error  | 0        |
      | fails-* | Error  | 0        |
      | fails-* | Error  | 0        |
    And 1 pod of job/succeeds was created

  Scenario: completions is how much there is to do, parallelism how much of it at once
    The article says: five tasks in all, two at a time, with this manifest.
    When I apply:
      """yaml
      apiVersion: batch/v1

      kind: Job

      metadata:

        name: jobs

        namespace: cce

      spec:

        completions: 5 # 一共五个任务

        parallelism: 2 # 并行2个,

        template:

          spec:

            containers:

            - name: myjob

              image: busybox:latest

              command:

              - '/bin/sh'

              - '-c'

              - 'sleep 5'

            restartPolicy: Never
      """
    And the cluster settles
    Then job/jobs is complete
    And 5 pods of job/jobs were created
    And 2 pods of job/jobs ran at once

  Scenario: One task is one pod, whatever the parallelism
    The article says: if there is one task the parallelism can only be one; if there are several it can be anything. A higher
    one is taken all the same, and has no effect.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: one}
      spec:
        completions: 1
        parallelism: 5
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And the cluster settles
    Then spec.parallelism of job/one is 5
    And 1 pod of job/one was created
    And job/one is complete

  Scenario: Work that can be divided is done side by side
    The article says: parallel Jobs are for work that can be divided, such as several scripts that can run side by side. Ten
    minutes' work of four parts takes four parallel pods the time of one.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: divided}
      spec:
        completions: 4
        parallelism: 4
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "600"]}]}}
      """
    And I wait until job/divided is complete
    Then the jobs are:
      | NAME    | COMPLETIONS | DURATION |
      | divided | 4/4         | 10m      |

  Scenario: Template and selector
    The article says: a Job has a template for its pods, and a selector. The selector is not for the author to write: it is
    the Job's uid, unless manualSelector is set.
    When I apply "../job/jobs.yaml"
    Then there are 2 pods labelled batch.kubernetes.io/job-name=jobs
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: own}
      spec:
        selector: {matchLabels: {app: own}}
        template:
          metadata: {labels: {app: own}}
          spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "own" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"own","batch.kubernetes.io/controller-uid":"*"}}: `selector` not auto-generated
      """

  Scenario: The CronJob of the article is of a version that is gone
    The article says: a CronJob adds times to a Job, with this manifest of batch/v1beta1, which was served until 1.24.
    When I try to apply "000_cronjob.yaml"
    Then it is refused with:
      """
      resource mapping not found for name: "jobs" namespace: "cce" from "000_cronjob.yaml": no matches for kind "CronJob" in version "batch/v1beta1"
      ensure CRDs are installed first
      """

  Scenario: The CronJob of the article as batch/v1
    The article says: the schedule `0/1 * * * *` is written as crontab's is. It means every minute here; crontab itself knows
    no step after a single number, and no Sunday called 7 is known here.
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: jobs, namespace: cce}
      spec:
        schedule: "0/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                containers:
                - name: myjob
                  image: busybox:latest
                  command: ['/bin/sh', '-c', 'sleep 5']
                restartPolicy: Never
      """
    And 2 minutes pass
    And 30 seconds pass
    Then the jobs are:
      | NAME          | STATUS   | COMPLETIONS |
      | jobs-29453761 | Complete | 1/1         |
      | jobs-29453762 | Complete | 1/1         |

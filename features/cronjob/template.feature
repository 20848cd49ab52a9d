Feature: The Jobs that a CronJob makes
  A Job has the labels, annotations and spec of the jobTemplate, the CronJob as its owner, and a name that ends with the minute
  that it was due at.

  Background:
    Given a cluster with 1 node

  Scenario: From the template to the pod
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: report, labels: {of: cronjob}}
      spec:
        schedule: "0 * * * *"
        jobTemplate:
          metadata: {labels: {of: job}, annotations: {note: hourly}}
          spec:
            backoffLimit: 2
            template:
              metadata: {labels: {of: pod}}
              spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "60"]}]}
      """
    And 1 hour passes
    And 5 seconds pass
    Then job/report-29453820 has the label of=job
    And job/report-29453820 has annotation note=hourly
    And job/report-29453820 has annotation batch.kubernetes.io/cronjob-scheduled-timestamp=2026-01-01T01:00:00Z
    And spec.backoffLimit of job/report-29453820 is 2
    And metadata.ownerReferences[0].controller of job/report-29453820 is true
    And metadata.ownerReferences[0].blockOwnerDeletion of job/report-29453820 is true
    And there is 1 running pod labelled of=pod
    And status.active[0].kind of cronjob/report is Job
    And status.active[0].apiVersion of cronjob/report is batch/v1
    And status.active[0].name of cronjob/report is report-29453820

  Scenario: A changed template is for the Jobs to come
    When I apply "overlap.yaml"
    And 70 seconds pass
    And I patch cronjob/x with:
      """yaml
      spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: slow, image: "busybox:2"}]}}}}}
      """
    And 1 minute passes
    Then spec.template.spec.containers[0].image of job/x-29453761 is busybox
    And spec.template.spec.containers[0].image of job/x-29453762 is "busybox:2"

  Scenario: A name that is too long for its Jobs is refused
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: a-name-of-fifty-three-characters-is-one-more-than-fits}
      spec:
        schedule: "0 * * * *"
        jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}
      """
    Then it is refused as Invalid with:
      """
      CronJob.batch "a-name-of-fifty-three-characters-is-one-more-than-fits" is invalid: metadata.name: Invalid value: "a-name-of-fifty-three-characters-is-one-more-than-fits": must be no more than 52 characters
      """

Feature: Jobs of a CronJob that are started by hand

  Background:
    Given a cluster with 1 node

  @kubectl
  Scenario: kubectl creates a Job from a CronJob
    A Job that is created from a CronJob takes its template and belongs to it, and says that it was started by hand. It is not
    one that the controller started: it tells so, and leaves it off the list of active Jobs.
    When I apply "hello.yaml"
    And 10 seconds pass
    And I run `kubectl create job now --from=cronjob/hello`
    Then the output is:
      """
      job.batch/now created
      """
    And job/now has annotation cronjob.kubernetes.io/instantiate=manual
    And job/now is owned by cronjob/hello
    And status.active of cronjob/hello is not set
    When 10 seconds pass
    Then job/now is complete
    And the log of job/now contains "Hello from the Kubernetes cluster"
    And there is a Warning event "UnexpectedJob" for cronjob/hello with message "Saw a job that the controller did not create or forgot: now"
    And status.lastScheduleTime of cronjob/hello is not set
    When 41 seconds pass
    Then job/hello-29453761 exists

  @kubectl
  Scenario: A suspended CronJob can be tried by hand, and its Job counts in the history
    When I apply "hello.yaml"
    And I set spec.suspend of cronjob/hello to true
    And I set spec.successfulJobsHistoryLimit of cronjob/hello to 1
    And I run `kubectl create job first --from=cronjob/hello`
    And 10 seconds pass
    And I run `kubectl create job second --from=cronjob/hello`
    And 10 seconds pass
    Then job/first does not exist
    And job/second is complete
    And status.lastSuccessfulTime of cronjob/hello is 2026-01-01T00:00:12Z

  Scenario: A name that somebody else took
    When I apply "hello.yaml"
    And I create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: hello-29453761}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "600"]}]}}}
      """
    And 61 seconds pass
    Then job/hello-29453761 has no owner
    And status.lastScheduleTime of cronjob/hello is not set
    And there is no event "FailedCreate" for cronjob/hello

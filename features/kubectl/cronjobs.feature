@kubectl
Feature: kubectl on CronJobs
  A CronJob is made, shown, held and deleted, and its Jobs with it.

  Background:
    Given a cluster with 1 node

  Scenario: A CronJob without a manifest
    When I run `kubectl create cronjob hello --image=busybox --schedule="*/5 * * * *" -- date`
    Then the output is:
      """
      cronjob.batch/hello created
      """
    And spec.schedule of cronjob/hello is "*/5 * * * *"
    When 6 minutes pass
    And I run `kubectl get cj`
    Then the output is:
      """
      NAME    SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
      hello   */5 * * * *   <none>     False     0        60s             6m
      """
    When I run `kubectl get cronjob hello -o wide`
    Then the output is:
      """
      NAME    SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE   CONTAINERS   IMAGES    SELECTOR
      hello   */5 * * * *   <none>     False     0        60s             6m    hello        busybox   <none>
      """

  Scenario: A description tells of what runs and what ran
    When I run `kubectl apply -f ../cronjob/overlap.yaml`
    And 70 seconds pass
    And I run `kubectl describe cronjob x`
    Then the output contains:
      """
      Schedule:                      * * * * *
      Concurrency Policy:            Allow
      Suspend:                       False
      Successful Job History Limit:  3
      Failed Job History Limit:      1
      Starting Deadline Seconds:     <unset>
      """
    And the output contains "Last Schedule Time:  Thu, 01 Jan 2026 00:01:00 +0000"
    And the output contains "Active Jobs:         x-29453761"
    And the output contains "Normal  SuccessfulCreate * cronjob-controller  Created job x-29453761"

  Scenario: It is held and let go by a patch
    When I run `kubectl apply -f ../cronjob/hello.yaml`
    And I run `kubectl patch cronjob hello -p '{"spec":{"suspend":true}}'`
    Then the output is:
      """
      cronjob.batch/hello patched
      """
    When 10 minutes pass
    And I run `kubectl get cj hello --no-headers`
    Then the output is:
      """
      hello   */1 * * * *   <none>   True   0     <none>   10m
      """

  Scenario: A deletion that waits for the Jobs and their pods
    When I run `kubectl apply -f ../cronjob/overlap.yaml`
    And 70 seconds pass
    And I run `kubectl delete cronjob x --cascade=foreground`
    Then it succeeds
    And there are 0 jobs
    And there are 0 pods

  Scenario: A Job without a manifest, whose end is waited for
    When I run `kubectl create job good --image=busybox -- sleep 5`
    And I run `kubectl create job bad --image=busybox -- sh -c "exit 1"`
    And I run `kubectl wait --for=condition=complete job/good --timeout=60s`
    Then the output is:
      """
      job.batch/good condition met
      """
    When I run `kubectl wait --for=condition=failed job/bad --timeout=30m`
    Then the output is:
      """
      job.batch/bad condition met
      """
    And 7 pods of job/bad were created
    When I run `kubectl get jobs`
    Then the output is:
      """
      NAME   STATUS     COMPLETIONS   DURATION   AGE
      bad    Failed     0/1           10m*       10m*
      good   Complete   1/1           *s         10m*
      """

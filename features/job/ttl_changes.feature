Feature: When the time to live of a Job changes, or its clock
  ttlSecondsAfterFinished counts from the instant at which the Job became Complete or Failed, whatever happens meanwhile.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: done}
      spec:
        ttlSecondsAfterFinished: 100
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "10"]}]}}
      """
    And I wait until job/done is complete
    And I mark this moment

  Scenario: It is made longer in time
    When 90 seconds pass
    And I set spec.ttlSecondsAfterFinished of job/done to 200
    And 100 seconds pass
    Then job/done exists
    When 11 seconds pass
    Then job/done does not exist

  Scenario: It is made shorter
    When I set spec.ttlSecondsAfterFinished of job/done to 20
    And 19 seconds pass
    Then job/done exists
    When 2 seconds pass
    Then job/done does not exist

  Scenario: It is taken away
    When I remove spec.ttlSecondsAfterFinished of job/done
    And 1 day passes
    Then job/done is complete

  Scenario: The controller was down meanwhile
    When the ttl-after-finished-controller goes down
    And 1 hour passes
    Then job/done exists
    When the ttl-after-finished-controller comes back
    And 1 second passes
    Then job/done does not exist

  Scenario: The clock jumps ahead
    When the clock jumps ahead 2 minutes
    And 1 second passes
    Then job/done does not exist
    And there are 0 pods

  Scenario: A finalizer of somebody else keeps the Job, and its pods go all the same
    When I patch job/done with:
      """yaml
      metadata: {finalizers: [example.com/hold]}
      """
    And 101 seconds pass
    Then job/done is being deleted
    And there are 0 pods
    When I remove metadata.finalizers of job/done
    Then job/done does not exist

  Scenario: A Job that is suspended is not over, and a number below zero is refused
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: held}
      spec:
        suspend: true
        ttlSecondsAfterFinished: 10
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "10"]}]}}
      """
    And 1 hour passes
    Then job/held exists
    When I try to set spec.ttlSecondsAfterFinished of job/held to -1
    Then it is refused as Invalid with:
      """
      Job.batch "held" is invalid: spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0
      """

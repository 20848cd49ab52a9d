Feature: managedBy
  A Job that somebody else manages is left alone by the Job controller.

  Background:
    Given a cluster with 1 node

  Scenario: Nothing is done for it
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: elsewhere}
      spec:
        managedBy: example.com/queue
        activeDeadlineSeconds: 10
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And 1 hour passes
    Then there are 0 pods
    And status.startTime of job/elsewhere is not set
    And there is no event "SuccessfulCreate" for job/elsewhere

  Scenario: By its own name the Job controller manages it
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: here}
      spec:
        managedBy: kubernetes.io/job-controller
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And the cluster settles
    Then job/here is complete

  Scenario: Who manages it cannot change
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: elsewhere}
      spec:
        managedBy: example.com/queue
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    And I try to set spec.managedBy of job/elsewhere to kubernetes.io/job-controller
    Then it is refused as Invalid with:
      """
      Job.batch "elsewhere" is invalid: spec.managedBy: Invalid value: "kubernetes.io/job-controller": field is immutable
      """

  Scenario: A manager has a domain
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: elsewhere}
      spec:
        managedBy: queue
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    Then it is refused as Invalid with:
      """
      Job.batch "elsewhere" is invalid: spec.managedBy: Invalid value: "queue": must be a domain-prefixed path (such as "acme.io/foo")
      """

  Scenario: The time to live after its end holds for it all the same
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: elsewhere}
      spec:
        managedBy: example.com/queue
        ttlSecondsAfterFinished: 60
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    And 10 seconds pass
    And I patch the status of job/elsewhere with:
      """yaml
      status:
        startTime: 2026-01-01T00:00:00Z
        completionTime: 2026-01-01T00:00:10Z
        conditions:
        - {type: SuccessCriteriaMet, status: "True", lastTransitionTime: 2026-01-01T00:00:10Z}
        - {type: Complete, status: "True", lastTransitionTime: 2026-01-01T00:00:10Z}
      """
    And 59 seconds pass
    Then job/elsewhere exists
    When 2 seconds pass
    Then job/elsewhere does not exist

Feature: Manifests of Jobs that are refused
  What a manifest says and the API does not know is told, not passed over.

  Background:
    Given a cluster with 1 node

  Scenario: A field that belongs to the pod template
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: pi
      spec:
        restartPolicy: OnFailure
        backoffLimit: 4
        activeDeadlineSeconds: 100
        ttlSecondsAfterFinished: 100
        template:
          spec:
            containers:
            - name: pi
              image: perl
              command: ["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"]
            restartPolicy: Never
      """
    Then it is refused as BadRequest with:
      """
      Job in version "v1" cannot be handled as a Job: strict decoding error: unknown field "spec.restartPolicy"
      """

  Scenario: Numbers below zero
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: odd
      spec:
        completions: -1
        parallelism: -2
        backoffLimit: -3
        activeDeadlineSeconds: -4
        ttlSecondsAfterFinished: -5
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: busybox:1.37
      """
    Then it is refused as Invalid
    And it is refused with "spec.parallelism: Invalid value: -2: must be greater than or equal to 0"
    And it is refused with "spec.completions: Invalid value: -1: must be greater than or equal to 0"
    And it is refused with "spec.backoffLimit: Invalid value: -3: must be greater than or equal to 0"
    And it is refused with "spec.activeDeadlineSeconds: Invalid value: -4: must be greater than or equal to 0"
    And it is refused with "spec.ttlSecondsAfterFinished: Invalid value: -5: must be greater than or equal to 0"

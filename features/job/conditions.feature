Feature: How a Job comes to its end
  What was decided is said first (FailureTarget, SuccessCriteriaMet); what is final (Failed, Complete) when no pod is left that
  runs or ends.

  Background:
    Given a cluster with 2 nodes

  Scenario: A failure is final when the last pod has ended
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: late}
      spec:
        completions: 2
        parallelism: 2
        activeDeadlineSeconds: 10
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "600"]}]}}
      """
    And 15 seconds pass
    Then job/late has condition FailureTarget with reason DeadlineExceeded and message "Job was active longer than specified deadline"
    And job/late does not have condition Failed
    And status.active of job/late is not set
    And status.terminating of job/late is 2
    And status.ready of job/late is 0
    And there is no event "DeadlineExceeded" for job/late
    And the jobs are:
      | NAME | STATUS        | COMPLETIONS |
      | late | FailureTarget | 0/2         |
    When 30 seconds pass
    Then status.conditions[0].type of job/late is FailureTarget
    And status.conditions[0].lastTransitionTime of job/late is 2026-01-01T00:00:10Z
    And status.conditions[1].type of job/late is Failed
    And status.conditions[1].reason of job/late is DeadlineExceeded
    And status.terminating of job/late is 0
    And status.failed of job/late is 2
    And status.completionTime of job/late is not set
    And there is a Warning event "DeadlineExceeded" for job/late

  Scenario: A success says first that it is one
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: good}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}}
      """
    And the cluster settles
    Then status.conditions[0].type of job/good is SuccessCriteriaMet
    And status.conditions[0].reason of job/good is CompletionsReached
    And status.conditions[1].type of job/good is Complete
    And status.conditions[1].message of job/good is "Reached expected number of succeeded pods"
    And status.completionTime of job/good is 2026-01-01T00:00:07Z
    And status.uncountedTerminatedPods of job/good is {}
    And status.active of job/good is not set
    And status.ready of job/good is 0
    And status.terminating of job/good is 0

  Scenario: Only pods that are ready count as ready
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: slow}
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: c
              image: busybox
              command: [sh, -c, "sleep 20; touch /tmp/ready; sleep 20"]
              readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 1}
      """
    And 10 seconds pass
    Then status.active of job/slow is 1
    And status.ready of job/slow is 0
    When 15 seconds pass
    Then status.ready of job/slow is 1

  Scenario: A deadline begins anew when a suspended Job is resumed
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: held}
      spec:
        activeDeadlineSeconds: 60
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "50"]}]}}
      """
    And 40 seconds pass
    And I set spec.suspend of job/held to true
    And 30 minutes pass
    Then status.startTime of job/held is not set
    When I set spec.suspend of job/held to false
    And 1 second passes
    Then status.startTime of job/held is 2026-01-01T00:30:40Z
    When the cluster settles
    Then job/held is complete
    And the events of job/held are:
      | TYPE   | REASON           | MESSAGE             |
      | Normal | SuccessfulCreate | Created pod: held-* |
      | Normal | SuccessfulDelete | Deleted pod: held-* |
      | Normal | Suspended        | Job suspended       |
      | Normal | SuccessfulCreate | Created pod: held-* |
      | Normal | Resumed          | Job resumed         |
      | Normal | Completed        | Job completed       |

  Scenario: What a suspended Job may change before it starts
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: held}
      spec:
        suspend: true
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}
      """
    And I patch job/held with:
      """yaml
      spec: {template: {spec: {nodeSelector: {disk: ssd}}}}
      """
    And I label node/node-1 disk=ssd
    And I set spec.suspend of job/held to false
    And the cluster settles
    Then job/held is complete
    And there is 1 succeeded pod of job/held on node-1

  Scenario: What a suspended Job's containers need may change, before it starts and while it is held
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: held}
      spec:
        suspend: true
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sleep, "60"], resources: {requests: {cpu: "8"}}}]
      """
    And 1 second passes
    And I patch job/held with:
      """yaml
      spec: {suspend: false, template: {spec: {containers: [{name: c, resources: {requests: {cpu: "2"}}}]}}}
      """
    And 10 seconds pass
    Then spec.containers[0].resources.requests.cpu of pod/held-* is 2
    And there is 1 running pod of job/held
    When I try to patch job/held with:
      """yaml
      spec: {template: {spec: {containers: [{name: c, resources: {requests: {cpu: "1"}}}]}}}
      """
    Then it is refused with "field is immutable"
    When I set spec.suspend of job/held to true
    And 40 seconds pass
    And I patch job/held with:
      """yaml
      spec: {suspend: false, template: {spec: {containers: [{name: c, resources: {requests: {cpu: "1"}}}]}}}
      """
    And the cluster settles
    Then job/held is complete
    And there is 1 pod of job/held
    And spec.containers[0].resources.requests.cpu of pod/held-* is 1

  Scenario: A pod that cannot be created is told of
    When I create:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: no-pods}
      spec: {hard: {pods: "0"}}
      """
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: held}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}}}
      """
    And 5 seconds pass
    Then there is a Warning event "FailedCreate" for job/held with message "Error creating: pods *held-** is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0"
    And status.failed of job/held is not set
    When I delete resourcequota/no-pods
    And 3 minutes pass
    Then job/held is complete

  Scenario: More successes than were asked for
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: a, labels: {task: shared}}
      spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "1"]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: b, labels: {task: shared}}
      spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "1"]}]}
      """
    And the cluster settles
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: adopts}
      spec:
        manualSelector: true
        selector: {matchLabels: {task: shared}}
        template:
          metadata: {labels: {task: shared}}
          spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, "5"]}]}
      """
    And the cluster settles
    Then job/adopts is complete
    And status.succeeded of job/adopts is 2
    And there is a Warning event "TooManySucceededPods" for job/adopts with message "Too many succeeded pods running after completion count reached"

  Scenario: A selector of one's own needs manualSelector
    When I try to create:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: own}
      spec:
        manualSelector: true
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}
      """
    Then it is refused as Invalid
    And it is refused with "spec.selector: Required value"

Feature: How long a Job waits before it tries again
  A failed pod is replaced ten seconds after its end; each failure in a row doubles the wait, up to ten minutes; a success
  begins anew.

  Background:
    Given a cluster with 1 node

  Scenario Outline: After <time> there are <pods> pods
    When I apply "fails.yaml"
    And I set spec.backoffLimit of job/fails to 20
    And the time is <before>
    Then <fewer> pods of job/fails were created
    When 2 seconds pass
    Then <pods> pods of job/fails were created

    Examples: each pod runs for a second and starts a second after it was made
      | time       | before                 | fewer | pods |
      | 10 seconds | 2026-01-01T00:00:11Z   | 1     | 2    |
      | 20 seconds | 2026-01-01T00:00:33Z   | 2     | 3    |
      | 40 seconds | 2026-01-01T00:01:15Z   | 3     | 4    |

  Scenario: After a success the next failure waits ten seconds again
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: mixed}
      spec:
        completions: 2
        template:
          spec:
            restartPolicy: Never
            volumes: [{name: notes, hostPath: {path: /var/lib/notes}}]
            containers:
            - name: c
              image: busybox
              command:
              - sh
              - -c
              - |
                echo run >> /notes/runs
                case $(wc -l < /notes/runs) in 3|5) exit 0;; *) exit 1;; esac
              volumeMounts: [{name: notes, mountPath: /notes}]
      """
    And 1 hour passes
    Then job/mixed is complete
    And status.failed of job/mixed is 3
    And status.succeeded of job/mixed is 2
    And the trace of job/mixed matches the snapshot "ten, twenty, none and ten seconds"

  Scenario: Pods that fail together double the wait together
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: three}
      spec:
        completions: 3
        parallelism: 3
        backoffLimit: 10
        template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, "sleep 1; exit 1"]}]}}
      """
    And 40 seconds pass
    Then 3 pods of job/three were created
    When 5 seconds pass
    Then 6 pods of job/three were created

  Scenario: A controller that starts anew has forgotten the wait
    When I apply "fails.yaml"
    And I set spec.backoffLimit of job/fails to 20
    And 90 seconds pass
    Then 4 pods of job/fails were created
    When the job-controller goes down
    And the job-controller comes back
    And 1 second passes
    Then 5 pods of job/fails were created

  Scenario: A container that is restarted in its pod waits as the kubelet has it
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: again}
      spec:
        backoffLimit: 6
        template:
          spec:
            restartPolicy: OnFailure
            containers: [{name: c, image: busybox, command: [sh, -c, "sleep 1; exit 1"]}]
      """
    And 1 minute passes
    Then 1 pod of job/again was created
    And status.containerStatuses[0].restartCount of pod/again-* is 3
    When 1 hour passes
    Then job/again has condition Failed with reason BackoffLimitExceeded
    And status.failed of job/again is 1

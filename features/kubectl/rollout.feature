@kubectl
Feature: kubectl rollout
  `kubectl rollout` tells of a rollout, waits for it, takes it back, restarts, pauses and resumes it: for Deployments, DaemonSets
  and StatefulSets. Only Deployments can be paused.

  Background:
    Given a cluster with 3 nodes
    And I apply "workloads.yaml"
    And the cluster settles

  Scenario Outline: status of a rollout that is over, of one that is under way, and with --watch=false
    When I run `kubectl rollout status <object>`
    Then it succeeds
    And the output contains "<over>"
    When I run `kubectl set image <object> web=nginx:2`
    And I run `kubectl rollout status <object> --watch=false`
    Then it succeeds
    And the output contains "<waiting>"
    When I run `kubectl rollout status <object>`
    Then it succeeds
    And the output contains "<over>"

    Examples:
      | object          | over                           | waiting                                    |
      | deployment/web  | successfully rolled out        | 1 out of 2 new replicas have been updated  |
      | daemonset/agent | successfully rolled out        | 1 out of 3 new pods have been updated      |
      | statefulset/db  | partitioned roll out complete: | Waiting for 1 pods to be ready             |

  Scenario: The steps of a Deployment's rollout
    When I run `kubectl set image deployment/web web=nginx:2`
    And I run `kubectl rollout status deployment/web`
    Then the output matches the snapshot "deployment"

  Scenario: The steps of a DaemonSet's rollout
    The article on DaemonSets (000) shows the lines of a rollout on two nodes: how many pods were updated, then how many are available.
    When I run `kubectl set image daemonset/agent web=nginx:2`
    And I run `kubectl rollout status daemonset/agent`
    Then the output matches the snapshot "daemon set"

  Scenario: The steps of a StatefulSet's rollout, whole and partitioned
    When I run `kubectl set image statefulset/db web=nginx:2`
    And I run `kubectl rollout status statefulset/db`
    Then the output matches the snapshot "stateful set"
    When I set spec.updateStrategy.rollingUpdate.partition of statefulset/db to 1
    And I run `kubectl set image statefulset/db web=nginx:3`
    And I run `kubectl rollout status statefulset/db`
    Then the output matches the snapshot "partitioned"

  Scenario: OnDelete has no rollouts to wait for
    When I patch statefulset/db with:
      """yaml
      spec: {updateStrategy: {type: OnDelete, rollingUpdate: null}}
      """
    And I patch daemonset/agent with:
      """yaml
      spec: {updateStrategy: {type: OnDelete, rollingUpdate: null}}
      """
    And I run `kubectl rollout status statefulset/db`
    Then it fails with exit code 1
    And the error output is:
      """
      error: rollout status is only available for RollingUpdate strategy type
      """
    When I run `kubectl rollout status daemonset/agent`
    Then it fails with exit code 1
    And the error output is:
      """
      error: rollout status is only available for RollingUpdate strategy type
      """

  Scenario: A rollout that makes no progress
    When I set spec.progressDeadlineSeconds of deployment/web to 60
    And I set spec.template.spec.nodeSelector of deployment/web to {disk: ssd}
    And I run `kubectl rollout status deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: deployment "web" exceeded its progress deadline
      """

  Scenario Outline: history, one revision of it, and undo
    When I annotate <object> kubernetes.io/change-cause=first
    And the cluster settles
    And I run `kubectl set image <object> web=nginx:2`
    And I annotate <object> kubernetes.io/change-cause=second
    And the cluster settles
    And I run `kubectl rollout history <object>`
    Then the output contains "REVISION  CHANGE-CAUSE"
    And the output contains "<name>"
    When I run `kubectl rollout history <object> --revision=2`
    Then the output contains "<name> with revision #2"
    And the output contains "nginx:2"
    When I run `kubectl rollout history <object> --revision=7`
    Then it fails with exit code 1
    And the error output contains "unable to find"
    When I run `kubectl rollout undo <object>`
    Then the output is:
      """
      <name> rolled back
      """
    When I run `kubectl rollout status <object>`
    Then it succeeds
    And spec.template.spec.containers[0].image of <object> is nginx:1
    When I run `kubectl rollout undo <object> --to-revision=2`
    Then the output is:
      """
      <name> rolled back
      """
    And spec.template.spec.containers[0].image of <object> is nginx:2
    When the cluster settles
    And I run `kubectl rollout undo <object> --to-revision=2`
    Then it fails with exit code 1
    And the error output is:
      """
      error: unable to find specified revision 2 in history
      """
    When I run `kubectl rollout undo <object> --to-revision=4`
    Then it succeeds
    And the output contains "<name>"
    When I run `kubectl rollout undo <object> --dry-run=client`
    Then the output contains "nginx:1"
    When I run `kubectl rollout undo <object> --dry-run=server`
    Then the output is:
      """
      <name> rolled back (server dry run)
      """
    And spec.template.spec.containers[0].image of <object> is nginx:2

    Examples:
      | object          | name                 |
      | deployment/web  | deployment.apps/web  |
      | daemonset/agent | daemonset.apps/agent |
      | statefulset/db  | statefulset.apps/db  |

  Scenario: There is nothing to go back to
    When I run `kubectl rollout undo deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: no rollout history found for deployment "web"
      """
    When I run `kubectl rollout undo daemonset/agent`
    Then it fails with exit code 1
    And the error output is:
      """
      error: no last revision to roll back to
      """
    When I run `kubectl rollout undo statefulset/db`
    Then it fails with exit code 1
    And the error output is:
      """
      error: no last revision to roll back to
      """

  Scenario: A Deployment is paused and resumed
    When I run `kubectl set image deployment/web web=nginx:2`
    And the cluster settles
    And I run `kubectl rollout pause deployment/web`
    Then the output is:
      """
      deployment.apps/web paused
      """
    When I run `kubectl rollout pause deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: deployments.apps "web" is already paused
      """
    When I run `kubectl rollout restart deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: deployments.apps "web" can't restart paused deployment (run rollout resume first)
      """
    When I run `kubectl set image deployment/web web=nginx:3`
    And the cluster settles
    And I run `kubectl rollout undo deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again
      """
    When I run `kubectl rollout resume deployment/web`
    Then the output is:
      """
      deployment.apps/web resumed
      """
    When I run `kubectl rollout status deployment/web`
    Then it succeeds
    When I run `kubectl rollout resume deployment/web`
    Then it fails with exit code 1
    And the error output is:
      """
      error: deployments.apps "web" is not paused
      """

  Scenario Outline: The others cannot be paused
    When I run `kubectl rollout pause <object>`
    Then it fails with exit code 1
    And the error output is:
      """
      error: <resource> pausing is not supported
      """
    When I run `kubectl rollout resume <object>`
    Then it fails with exit code 1
    And the error output is:
      """
      error: <resource> resuming is not supported
      """

    Examples:
      | object          | resource                |
      | daemonset/agent | daemonsets.apps "agent" |
      | statefulset/db  | statefulsets.apps "db"  |

  # kubectl writes the machine's time into the template, so that no two runs make the same revision.
  @wall-clock
  Scenario Outline: A restart renews the pods
    When I run `kubectl rollout restart <object>`
    Then the output is:
      """
      <name> restarted
      """
    When I run `kubectl rollout status <object>`
    Then it succeeds
    When I run `kubectl rollout history <object>`
    Then the output contains "2  "

    Examples:
      | object          | name                 |
      | deployment/web  | deployment.apps/web  |
      | daemonset/agent | daemonset.apps/agent |
      | statefulset/db  | statefulset.apps/db  |

  @wall-clock
  Scenario: Several at once, and those of a label
    When I run `kubectl rollout restart deployment,statefulset -l tier=back`
    Then the output is:
      """
      deployment.apps/web restarted
      statefulset.apps/db restarted
      """

  Scenario: What has no rollouts
    When I run `kubectl rollout status replicaset/web`
    Then it fails with exit code 1
    When I run `kubectl rollout restart service/kubernetes`
    Then it fails with exit code 1
    And the error output is:
      """
      error: services "kubernetes" restarting is not supported
      """

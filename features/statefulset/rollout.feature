Feature: The rollouts of a StatefulSet, step by step
  How many pods a rollout renews at once, what it takes for available, which revisions it keeps, and what it does when pods are
  missing or broken meanwhile.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: maxUnavailable is behind a feature gate that is off in Kubernetes 1.36
    The API drops the field, and one pod is renewed at a time.
    When I patch statefulset/web with:
      """yaml
      spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 2}}}
      """
    Then spec.updateStrategy.rollingUpdate of statefulset/web is {partition: 0}
    When I mark this moment
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    Then never more than 1 pod of statefulset/web was unavailable

  Scenario: Each pod has to be ready for minReadySeconds before the next is renewed
    When I set spec.minReadySeconds of statefulset/web to 30
    And the cluster settles
    And I set the image of statefulset/web container nginx to nginx:1.28
    And 15 seconds pass
    Then the statefulsets are:
      | NAME | READY |
      | web  | 3/3   |
    And status.availableReplicas of statefulset/web is 2
    And status.updatedReplicas of statefulset/web is 1
    When 30 seconds pass
    Then status.updatedReplicas of statefulset/web is 2
    When the cluster settles
    Then statefulset/web is rolled out
    And status.availableReplicas of statefulset/web is 3

  Scenario: What the status says in the middle and at the end of a rollout
    When I set spec.minReadySeconds of statefulset/web to 30
    And the cluster settles
    And I set the image of statefulset/web container nginx to nginx:1.28
    And 15 seconds pass
    Then status.currentReplicas of statefulset/web is 2
    And statefulset/web matches the snapshot "in the middle"
    When the cluster settles
    Then status.currentReplicas of statefulset/web is 3
    And statefulset/web matches the snapshot "at the end"

  Scenario: Revisions beyond the history limit go, but not those that pods are of
    When I set spec.revisionHistoryLimit of statefulset/web to 1
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    And I set the image of statefulset/web container nginx to nginx:1.29
    And the cluster settles
    And I set the image of statefulset/web container nginx to nginx:1.30
    And the cluster settles
    Then the controllerrevisions are:
      | NAME  | REVISION |
      | web-* | 3        |
      | web-* | 4        |

  Scenario: A broken revision is stuck until its pod is deleted by hand
    The documentation calls it forced rollback: going back to the good template is not enough, since the controller waits for the
    broken pod to get ready before it does anything.
    When I mark this moment
    And I set spec.template.spec.containers of statefulset/web to [{name: nginx, image: "nginx:1.28", command: [sh, -c, exit 1]}]
    And 10 minutes pass
    Then status.updatedReplicas of statefulset/web is 1
    And there are 2 ready pods of statefulset/web
    When I undo the rollout of statefulset/web
    And 10 minutes pass
    Then spec.template.spec.containers[0].image of statefulset/web is nginx:1.27
    And spec.containers[0].image of pod/web-2 is nginx:1.28
    And there are 2 ready pods of statefulset/web
    When I delete pod/web-2
    And the cluster settles
    Then spec.containers[0].image of pod/web-2 is nginx:1.27
    And statefulset/web is rolled out

  Scenario: In parallel a broken pod holds up the rollout as well, but not what replaces a lost pod
    When I create:
      """yaml
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: fast}
      spec:
        serviceName: fast
        replicas: 3
        podManagementPolicy: Parallel
        selector: {matchLabels: {app: fast}}
        template:
          metadata: {labels: {app: fast}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: c, image: "nginx:1.27"}]
      """
    And the cluster settles
    And I set spec.template.spec.containers of statefulset/fast to [{name: c, image: "nginx:1.28", command: [sh, -c, exit 1]}]
    And 5 minutes pass
    Then spec.containers[0].image of pod/fast-2 is nginx:1.28
    And spec.containers[0].image of pod/fast-1 is nginx:1.27
    When I delete pod/fast-0
    And 5 seconds pass
    Then spec.containers[0].image of pod/fast-0 is nginx:1.28
    And there is 1 ready pod of statefulset/fast
    When I scale statefulset/fast to 0
    And the cluster settles
    Then there are no pods of statefulset/fast

  Scenario: A partition as large as the set holds every pod back, and a scaling makes pods of the old revision below it
    When I set spec.updateStrategy.rollingUpdate.partition of statefulset/web to 4
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    Then status.updatedReplicas of statefulset/web is not set
    When I scale statefulset/web to 5
    And the cluster settles
    Then spec.containers[0].image of pod/web-3 is nginx:1.27
    And spec.containers[0].image of pod/web-4 is nginx:1.28
    And status.currentReplicas of statefulset/web is 4
    And status.updatedReplicas of statefulset/web is 1

  Scenario: Scaling comes before the rollout
    When I set spec.template.spec.nodeSelector of statefulset/web to {disk: ssd}
    And the cluster settles
    Then there is 1 pending pod of statefulset/web
    When I scale statefulset/web to 2
    And the cluster settles
    Then there are no pods of statefulset/web labelled apps.kubernetes.io/pod-index=2
    When I label node/node-0 disk=ssd
    And the cluster settles
    Then statefulset/web is rolled out

  Scenario: A StatefulSet is not paused
    When I try to pause the rollout of statefulset/web
    Then it is refused with "pausing is not supported"
    When I try to resume the rollout of statefulset/web
    Then it is refused with "resuming is not supported"

  Scenario: A named revision, and one that is not there
    When I try to undo the rollout of statefulset/web
    Then it is refused with "no last revision to roll back to"
    When I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    And I set the image of statefulset/web container nginx to nginx:1.29
    And the cluster settles
    And I undo the rollout of statefulset/web to revision 1
    And the cluster settles
    Then spec.containers[0].image of pod/web-0 is nginx:1.27
    When I try to undo the rollout of statefulset/web to revision 1
    Then it is refused with "unable to find specified revision 1 in history"

  Scenario: A restart renews every pod, from the highest ordinal down
    When I mark this moment
    And I restart statefulset/web
    And the cluster settles
    Then statefulset/web is rolled out
    And 3 pods of statefulset/web were created
    And never more than 1 pod of statefulset/web was unavailable
    And the controllerrevisions are:
      | REVISION |
      | 1        |
      | 2        |

Feature: Renewing the pods of a StatefulSet
  A rolling update renews one pod at a time, from the highest ordinal down, and stops at a pod that does not get ready. Below
  the partition nothing is renewed. With OnDelete the pods wait until somebody deletes them.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: From the highest to the lowest, one at a time
    When I mark this moment
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    Then statefulset/web is rolled out
    And never more than 1 pod of statefulset/web was unavailable
    And the controllerrevisions are:
      | NAME  | REVISION | CONTROLLER           |
      | web-* | 1        | statefulset.apps/web |
      | web-* | 2        | statefulset.apps/web |
    And the trace of statefulset/web since the marked moment matches the snapshot "from the highest to the lowest"

  Scenario: Below the partition nothing is renewed, and a lost pod comes back as it was
    When I set spec.updateStrategy.rollingUpdate.partition of statefulset/web to 2
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    Then spec.containers[0].image of pod/web-2 is nginx:1.28
    And spec.containers[0].image of pod/web-1 is nginx:1.27
    And status.currentReplicas of statefulset/web is 2
    And status.updatedReplicas of statefulset/web is 1
    When I delete pod/web-0
    And the cluster settles
    Then spec.containers[0].image of pod/web-0 is nginx:1.27
    When I set spec.updateStrategy.rollingUpdate.partition of statefulset/web to 0
    And the cluster settles
    Then spec.containers[0].image of pod/web-0 is nginx:1.28
    And status.currentReplicas of statefulset/web is 3

  Scenario: With OnDelete the old pods are left alone
    When I patch statefulset/web with:
      """yaml
      spec: {updateStrategy: {type: OnDelete, rollingUpdate: null}}
      """
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    Then spec.containers[0].image of pod/web-2 is nginx:1.27
    When I delete pod/web-0
    And the cluster settles
    Then spec.containers[0].image of pod/web-0 is nginx:1.28
    And spec.containers[0].image of pod/web-1 is nginx:1.27

  Scenario: A broken image stops the rollout, and going back does not mend the broken pod by itself
    When I patch statefulset/web with:
      """yaml
      spec: {template: {spec: {nodeSelector: {disk: ssd}}}}
      """
    And the cluster settles
    Then there are 2 ready pods of statefulset/web
    And there is 1 pending pod of statefulset/web
    When I patch statefulset/web with:
      """yaml
      spec: {template: {spec: {nodeSelector: null}}}
      """
    And the cluster settles
    Then there is 1 pending pod of statefulset/web
    When I delete pod/web-2
    And the cluster settles
    Then there are 3 ready pods of statefulset/web

  Scenario: Going back to an earlier template numbers its revision anew
    When I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    And I set the image of statefulset/web container nginx to nginx:1.27
    And the cluster settles
    Then the controllerrevisions are:
      | NAME  | REVISION |
      | web-* | 2        |
      | web-* | 3        |

  @kubectl
  Scenario: kubectl tells the history of a StatefulSet, goes back in it and restarts its pods
    When I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    And I run `kubectl rollout history statefulset/web`
    Then it succeeds
    And the output is:
      """
      statefulset.apps/web 
      REVISION  CHANGE-CAUSE
      1         <none>
      2         <none>

      """
    When I run `kubectl rollout undo statefulset/web`
    Then the output is:
      """
      statefulset.apps/web rolled back
      """
    When I run `kubectl rollout status statefulset/web`
    Then it succeeds
    And the output contains "partitioned roll out complete"
    And spec.containers[0].image of pod/web-0 is nginx:1.27
    When I run `kubectl rollout pause statefulset/web`
    Then it fails
    And the error output contains "pausing is not supported"

  @kubectl @wall-clock
  Scenario: kubectl restarts the pods of a StatefulSet, and stamps them with its own clock
    When I run `kubectl rollout restart statefulset/web`
    Then the output is:
      """
      statefulset.apps/web restarted
      """
    When I run `kubectl rollout status statefulset/web`
    Then it succeeds

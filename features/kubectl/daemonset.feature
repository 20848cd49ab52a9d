@kubectl
Feature: kubectl on a DaemonSet
  What people type to look at a DaemonSet and to roll it out answers as on a real cluster.

  Background:
    Given a cluster with 2 nodes
    When I run `kubectl apply -f fluentd.yaml`
    Then it succeeds
    And the output is:
      """
      daemonset.apps/fluentd created
      """
    When the cluster settles

  Scenario: Every column and every label
    When I run `kubectl get ds -o wide --show-labels`
    Then the output is:
      """
      NAME      DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE   CONTAINERS   IMAGES        SELECTOR      LABELS
      fluentd   2         2         2       2            2           <none>          *s*   fluentd      fluentd:1.0   app=fluentd   app=logging
      """

  Scenario: A description names what runs where, and what happened
    When I run `kubectl describe ds fluentd`
    Then the output contains "Name:           fluentd"
    And the output contains:
      """
      Selector:       app=fluentd
      Node-Selector:  <none>
      Labels:         app=logging
      """
    And the output contains:
      """
      Desired Number of Nodes Scheduled: 2
      Current Number of Nodes Scheduled: 2
      Number of Nodes Scheduled with Up-to-date Pods: 2
      Number of Nodes Scheduled with Available Pods: 2
      Number of Nodes Misscheduled: 0
      Pods Status:  2 Running / 0 Waiting / 0 Succeeded / 0 Failed
      """
    And the output contains "SuccessfulCreate * daemonset-controller  Created pod: fluentd-*"

  Scenario: A rollout is watched until it is done
    When I run `kubectl set image ds/fluentd fluentd=fluentd:2.0`
    Then the output is:
      """
      daemonset.apps/fluentd image updated
      """
    When I run `kubectl rollout status ds/fluentd`
    Then it succeeds
    And the output contains:
      """
      Waiting for daemon set "fluentd" rollout to finish: 1 of 2 updated pods are available...
      daemon set "fluentd" successfully rolled out
      """
    And spec.containers[0].image of the pod of daemonset/fluentd on node-0 is "fluentd:2.0"

  Scenario: The image of a manifest's DaemonSet is set
    When I run `kubectl set image -f fluentd.yaml fluentd=fluentd:3.0`
    Then the output is:
      """
      daemonset.apps/fluentd image updated
      """
    When I run `kubectl get ds fluentd -o jsonpath='{.spec.template.spec.containers[0].image}'`
    Then the output is:
      """
      fluentd:3.0
      """

  Scenario: The history is shown and undone
    When I run `kubectl set image ds/fluentd fluentd=fluentd:2.0`
    And I run `kubectl rollout status ds/fluentd`
    And I run `kubectl rollout history ds/fluentd`
    Then the output is:
      """
      daemonset.apps/fluentd*
      REVISION  CHANGE-CAUSE
      1         <none>
      2         <none>
      """
    When I run `kubectl rollout history ds/fluentd --revision=1`
    Then the output contains "Image:*fluentd:1.0"
    When I run `kubectl rollout undo ds/fluentd`
    Then the output is:
      """
      daemonset.apps/fluentd rolled back
      """
    When I run `kubectl rollout status ds/fluentd`
    And I run `kubectl get controllerrevisions`
    Then the output contains "fluentd-*   daemonset.apps/fluentd   3 *"
    And spec.template.spec.containers[0].image of daemonset/fluentd is "fluentd:1.0"

  # kubectl writes the machine's time into the template, so that no two runs make the same revision.
  @wall-clock
  Scenario: A restart replaces every pod
    When I run `kubectl rollout restart ds/fluentd`
    Then the output is:
      """
      daemonset.apps/fluentd restarted
      """
    When I run `kubectl rollout status ds/fluentd`
    Then it succeeds
    And the output contains "successfully rolled out"

  Scenario: A DaemonSet cannot be scaled
    When I run `kubectl scale ds fluentd --replicas=1`
    Then it fails with exit code 1
    And the error output is:
      """
      Error from server (NotFound): the server could not find the requested resource
      """

  Scenario: A deleted DaemonSet takes its pods along
    When I run `kubectl delete -f fluentd.yaml`
    Then the output contains "daemonset.apps *fluentd* deleted"
    When the cluster settles
    And I run `kubectl get pods`
    Then it succeeds
    And the output is empty
    And the error output is:
      """
      No resources found in default namespace.
      """

@kubectl
Feature: kubectl makes, changes and removes objects
  create, run, apply, diff, patch, annotate, edit by pipe, and delete.

  Background:
    Given a cluster with 1 node

  Scenario: A pod is run, annotated, patched and deleted
    When I run `kubectl run web --image=nginx`
    Then the output is:
      """
      pod/web created
      """
    When the cluster settles
    And I run `kubectl annotate pod web owner=me`
    Then the output is:
      """
      pod/web annotated
      """
    When I run `kubectl patch pod web -p '{"metadata":{"labels":{"tier":"front"}}}'`
    Then the output is:
      """
      pod/web patched
      """
    When I run `kubectl get pod web -o wide --show-labels`
    Then the output is:
      """
      NAME   READY   STATUS    RESTARTS   AGE*IP*NODE     NOMINATED NODE   READINESS GATES   LABELS
      web    1/1     Running   0          *s * 10.244.0.* node-0   <none>           <none>            run=web,tier=front
      """
    When I run `kubectl delete pod web --now`
    Then the output contains "pod *web* deleted"
    And pod/web does not exist

  Scenario: What is applied again is unchanged, and a difference is shown before it is made
    When I run `kubectl apply -f fluentd.yaml`
    And I run `kubectl apply -f fluentd.yaml`
    Then the output is:
      """
      daemonset.apps/fluentd unchanged
      """
    When I run `sed s/1.0/2.0/ fluentd.yaml | kubectl diff -f -`
    Then it fails with exit code 1
    And the output contains "-      - image: fluentd:1.0"
    And the output contains "+      - image: fluentd:2.0"
    When I run `sed s/1.0/2.0/ fluentd.yaml | kubectl apply -f -`
    Then the output is:
      """
      daemonset.apps/fluentd configured
      """

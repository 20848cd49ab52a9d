@kubectl
Feature: kubectl debug
  A pod is looked into with a container that is added to it, with a copy of it, or with a pod on a node.

  Background:
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        containers:
        - {name: web, image: nginx}
      """
    And I wait until pod/web is running

  # The standard input of a container that is added stays open when its client's has ended.
  Scenario: A container is added and talked to
    When I run `echo 'echo hello from $(hostname); exit' | kubectl debug web -i --image=busybox -c debugger --target=web -- sh`
    Then it succeeds
    And the output contains "hello from web"
    And spec.ephemeralContainers[name=debugger].targetContainerName of pod/web is web
    And status.ephemeralContainerStatuses[name=debugger].state.terminated.exitCode of pod/web is 0
    When I run `kubectl logs web -c debugger`
    Then the output is:
      """
      hello from web
      """

  Scenario: A copy of the pod runs something else
    When I run `kubectl debug web --copy-to=copy --container=web --image=busybox -- sleep 60`
    Then it succeeds
    And pod/copy exists
    When I wait until pod/copy is running
    Then spec.containers[name=web].image of pod/copy is busybox

  # kubectl draws the end of the name of the pod.
  @wall-clock
  Scenario: A pod on a node sees the node
    When I run `kubectl debug node/node-0 --image=busybox -- hostname`
    Then it succeeds
    And the output contains "Creating debugging pod node-debugger-node-0-* with container debugger on node node-0."
    When I run `kubectl get pods -o jsonpath='{range .items[?(@.spec.hostNetwork==true)]}{.spec.nodeName} {.spec.containers[0].volumeMounts[0].mountPath}{end}'`
    Then the output is:
      """
      node-0 /host
      """

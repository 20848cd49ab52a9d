Feature: What the article "Core technology of Kubernetes: Pod" (001_864131bbc8326847.txt) says of the network

  Background:
    Given a cluster with 2 nodes

  @kubectl
  Scenario: Every pod reaches every other by its address, whatever node it is on
    The article says: all pods are in one flat network, and each reaches the others by their addresses.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {nodeName: node-0, containers: [{name: web, image: "nginx:1.29"}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: client}
      spec: {nodeName: node-1, containers: [{name: client, image: "busybox:1.37", command: [sleep, "1000"]}]}
      """
    And 10 seconds pass
    And I run `kubectl exec client -- wget -qO- http://$(kubectl get pod web -o jsonpath={.status.podIP})`
    Then it succeeds
    And the output contains "Welcome to nginx!"

  Scenario: The containers of a pod reach one another at localhost
    The article says: the containers of a pod are in one network namespace, that of the pause container.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: shared}
      spec:
        containers:
        - {name: web, image: "nginx:1.29"}
        - {name: side, image: "busybox:1.37", command: [sleep, "1000"]}
      """
    And 10 seconds pass
    And I run "wget -qO- http://localhost" in pod/shared container side
    Then it succeeds
    And the output contains "Welcome to nginx!"
    When I run "hostname" in pod/shared container side
    Then the output is:
      """
      shared
      """

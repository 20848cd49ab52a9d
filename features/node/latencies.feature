Feature: How long things take on a node
  Pulls, sandboxes, starts, stops and the notice of an exit take the time that they are said to.

  Scenario: A node is slow to set up sandboxes and to pull images
    Given a cluster with 2 nodes
    And node/node-1 takes 10 seconds to set up sandboxes
    And node/node-1 takes 1 minute to pull images
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: fast}
      spec:
        nodeName: node-0
        containers: [{name: web, image: "nginx:1.27"}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: slow}
      spec:
        nodeName: node-1
        containers: [{name: web, image: "nginx:1.27"}]
      """
    And 9 seconds pass
    Then pod/fast is ready
    And pod/slow is pending

  Scenario: A stop that takes its time takes the place of what a process does at SIGTERM
    Given a cluster with 1 node
    And every node takes 4 seconds to stop containers
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers: [{name: web, image: busybox, command: [sleep, infinity]}]
      """
    And 1 minute passes
    When I delete pod/web
    And 3 seconds pass
    Then pod/web is being deleted
    When 2 seconds pass
    Then pod/web does not exist

Feature: Pods of a node that is gone
  Nobody runs them any more: after a quarantine they are failed and deleted.

  Scenario: A pod outlives its node by 40 to 80 seconds
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: lost
      spec:
        nodeName: node-1
        containers:
        - name: c
          image: nginx:1
      """
    And the cluster settles
    And node/node-1 is deleted
    And 39 seconds pass
    Then pod/lost exists
    When 41 seconds pass
    Then pod/lost does not exist
    And the trace of pod/lost matches the snapshot "lost with its node"

  Scenario: A node that comes back in time keeps its pods
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: kept
      spec:
        nodeName: node-1
        containers:
        - name: c
          image: nginx:1
      """
    And the cluster settles
    And node/node-1 is deleted
    And 20 seconds pass
    And node/node-1 joins
    And 5 minutes pass
    Then pod/kept exists

  Scenario: A pod that something else holds stays failed, and costs nothing while it waits
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: held
        finalizers: [example.com/hold]
      spec:
        nodeName: node-1
        containers:
        - name: c
          image: nginx:1
      """
    And the cluster settles
    And node/node-1 is deleted
    And 80 seconds pass
    Then pod/held is being deleted
    And pod/held is failed
    And pod/held has condition DisruptionTarget with reason DeletionByPodGC and message "PodGC: node no longer exists"
    When 1 year passes
    Then pod/held is being deleted

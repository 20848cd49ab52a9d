Feature: A kubelet takes a pod or not
  A pod that came to its node around the scheduler is held against the node by its kubelet, and fails when it does not fit.

  Scenario: There is not enough of a resource
    Given a cluster with nodes:
      | NAME | CPU |
      | small | 1  |
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: small
        containers:
        - name: web
          image: nginx
          resources: {requests: {cpu: 1500m}}
      """
    And 5 seconds pass
    Then pod/web is failed
    And status.reason of pod/web is OutOfcpu
    And status.message of pod/web is Pod was rejected: Node didn't have enough resource: cpu, requested: 1500, used: 0, capacity: 1000
    And there is a Warning event "OutOfcpu" for pod/web with message "Node didn't have enough resource: cpu, requested: 1500, used: 0, capacity: 1000"

  Scenario: The node is none that the pod asks for
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node-0
        nodeSelector: {disk: ssd}
        containers: [{name: web, image: nginx}]
      """
    And 5 seconds pass
    Then pod/web is failed
    And status.reason of pod/web is NodeAffinity
    And status.message of pod/web is Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector

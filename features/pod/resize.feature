Feature: The resources of a running container change
  A change of resources is made at once where the node has the room, waits where others have it, and is told of as
  infeasible where no such node would ever have it.

  Background:
    Given a cluster with nodes:
      | NAME   | CPU | MEMORY |
      | node-0 | 4   | 8Gi    |
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx:1.29
          resizePolicy:
          - resourceName: memory
            restartPolicy: RestartContainer
          resources:
            requests: {cpu: "1", memory: 1Gi}
            limits: {cpu: "2", memory: 2Gi}
      """
    And 10 seconds pass

  @kubectl
  Scenario: More of a resource that needs no restart
    When I run `kubectl patch pod web --subresource resize -p '{"spec":{"containers":[{"name":"web","resources":{"requests":{"cpu":"1500m"}}}]}}'`
    Then condition PodResizeInProgress of pod/web is True
    And status.containerStatuses[name=web].allocatedResources.cpu of pod/web is 1500m
    And status.containerStatuses[name=web].resources.requests.cpu of pod/web is 1
    When 1 second passes
    Then pod/web does not have condition PodResizeInProgress
    And status.containerStatuses[name=web].resources.requests.cpu of pod/web is 1500m
    And status.containerStatuses[name=web].restartCount of pod/web is 0
    And the events of pod/web match the snapshot "resized"

  @kubectl
  Scenario: More of a resource that needs a restart
    When I run `kubectl patch pod web --subresource resize -p '{"spec":{"containers":[{"name":"web","resources":{"requests":{"memory":"2Gi"}}}]}}'`
    And 5 seconds pass
    Then pod/web does not have condition PodResizeInProgress
    And status.containerStatuses[name=web].restartCount of pod/web is 1
    And status.containerStatuses[name=web].resources.requests.memory of pod/web is 2Gi
    And there is a Normal event "Killing" for pod/web with message "Container web resize requires restart"
    And there is a Normal event "ResizeCompleted" for pod/web with message "Pod resize completed: *"

  @kubectl
  Scenario: More than others leave waits until they are gone
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: other
      spec:
        containers:
        - name: other
          image: nginx:1.29
          resources:
            requests: {cpu: "2500m"}
      """
    And 5 seconds pass
    When I run `kubectl patch pod web --subresource resize -p '{"spec":{"containers":[{"name":"web","resources":{"requests":{"cpu":"2"}}}]}}'`
    Then pod/web has condition PodResizePending with reason Deferred and message "Node didn't have enough resource: cpu, requested: 2000, used: 2500, capacity: 4000"
    And there is a Warning event "ResizeDeferred" for pod/web with message "Pod resize Deferred: *"
    When I delete pod/other
    And 3 seconds pass
    Then pod/web does not have condition PodResizePending
    And status.containerStatuses[name=web].resources.requests.cpu of pod/web is 2

  @kubectl
  Scenario: More than the node has
    When I run `kubectl patch pod web --subresource resize -p '{"spec":{"containers":[{"name":"web","resources":{"requests":{"cpu":"8"},"limits":{"cpu":"8"}}}]}}'`
    Then pod/web has condition PodResizePending with reason Infeasible and message "Node didn't have enough capacity: cpu, requested: 8000, capacity: 4000"
    And there is a Warning event "ResizeInfeasible" for pod/web with message "Pod resize Infeasible: *"
    When 1 hour passes
    Then status.containerStatuses[name=web].resources.requests.cpu of pod/web is 1

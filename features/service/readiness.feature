Feature: Which pods a service leads to
  Pods that are ready are endpoints of the services that select them. One that is not, or is on its way out, stays listed with what
  it is: `ready`, `serving` and `terminating` say so. The article on scheduling (001) says of the readiness probe that a pod that
  fails it is taken out of the service's endpoints.

  Background:
    Given a cluster with 2 nodes
    And I apply "backend.yaml"
    And the cluster settles

  Scenario: A readiness probe that fails takes the pod out of its service, and one that passes brings it back
    Then endpointslice/web-* matches the snapshot "both ready"
    When I run "rm /tmp/ready" in the pod of deployment/web on node-1
    And 5 seconds pass
    Then the deployments are:
      | NAME | READY |
      | web  | 2/2   |
    When 5 seconds pass
    Then the deployments are:
      | NAME | READY |
      | web  | 1/2   |
    And there is a Warning event "Unhealthy" for the pod of deployment/web on node-1 with message "Readiness probe failed: *"
    And endpointslice/web-* matches the snapshot "one not ready"
    And endpoints/web matches the snapshot "one not ready in the older form"
    When I run "touch /tmp/ready" in the pod of deployment/web on node-1
    And 6 seconds pass
    Then endpointslice/web-* matches the snapshot "ready again"

  Scenario: A pod on its way out still serves, but is not ready
    When I delete the pod of deployment/web on node-1
    And 3 seconds pass
    Then endpointslice/web-* matches the snapshot "on its way out"
    And endpoints/web matches the snapshot "without it in the older form"
    When the cluster settles
    Then endpointslice/web-* matches the snapshot "after it"

  Scenario: A service may publish pods that are not ready
    When I set spec.publishNotReadyAddresses of service/web to true
    And I run "rm /tmp/ready" in the pod of deployment/web on node-1
    And 10 seconds pass
    Then endpointslice/web-* matches the snapshot "ready and not serving"
    And endpoints/web matches the snapshot "published in the older form"

  Scenario: A rollout with a surge never leaves its service without a ready endpoint
    When I set spec.strategy.rollingUpdate of deployment/web to {maxSurge: 1, maxUnavailable: 0}
    And I mark this moment
    And I restart deployment/web
    And the cluster settles
    Then never more than 0 pods of deployment/web were unavailable
    And endpointslice/web-* matches the snapshot "after the rollout"

  Scenario: Another selector, another port
    When I set spec.ports of service/web to [{name: http, port: 80, targetPort: 9090}]
    And 2 seconds pass
    Then endpointslice/web-* matches the snapshot "another port"
    When I set spec.selector of service/web to {app: nobody}
    And 2 seconds pass
    Then endpointslice/web-* matches the snapshot "nobody"

  Scenario: A pod that came to its end is no endpoint
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: once, labels: {app: web}}
      spec:
        restartPolicy: Never
        containers: [{name: c, image: busybox, command: [sleep, "5"], ports: [{name: http, containerPort: 8080}]}]
      """
    And 3 seconds pass
    Then endpointslice/web-* matches the snapshot "with it"
    When 5 seconds pass
    Then endpointslice/web-* matches the snapshot "without it"

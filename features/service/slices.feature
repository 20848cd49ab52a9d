Feature: How endpoints are laid out in slices
  A slice holds a hundred endpoints, of one address type and with the same ports.

  Scenario: More than a hundred pods take several slices
    Given a cluster with nodes:
      | NAME   | CPU | PODS |
      | node-0 | 64  | 500  |
      | node-1 | 64  | 500  |
    And I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 100
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: web, image: nginx}]
      """
    And the cluster settles
    Then there is 1 endpointslice labelled kubernetes.io/service-name=web
    When I scale deployment/web to 130
    And the cluster settles
    Then there are 2 endpointslices labelled kubernetes.io/service-name=web
    When I scale deployment/web to 250
    And the cluster settles
    Then there are 3 endpointslices labelled kubernetes.io/service-name=web
    When I scale deployment/web to 0
    And the cluster settles
    Then there is 1 endpointslice labelled kubernetes.io/service-name=web

  Scenario: Pods that call different numbers by one name take a slice each
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{name: web, port: 80, targetPort: http}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: old, labels: {app: web}}
      spec: {containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 8080}]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: new, labels: {app: web}}
      spec: {containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 9090}]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: none, labels: {app: web}}
      spec: {containers: [{name: c, image: nginx}]}
      """
    And the cluster settles
    Then the endpointslices labelled kubernetes.io/service-name=web match the snapshot "by port"
    And endpoints/web matches the snapshot "by port in the older form"

  Scenario: A headless service names the pods of its StatefulSet
    Given a cluster with 2 nodes
    And I apply "../statefulset/web.yaml"
    And I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80}]}
      """
    And the cluster settles
    Then endpointslice/web-* matches the snapshot "with host names"
    And endpoints/web has the label service.kubernetes.io/headless

  Scenario: Endpoints that somebody writes for a service without a selector are mirrored
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: outside}
      spec: {ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: outside}
      subsets: [{addresses: [{ip: 192.0.2.1}], notReadyAddresses: [{ip: 192.0.2.2}], ports: [{port: 8080}]}]
      """
    And the cluster settles
    Then endpointslice/outside-* matches the snapshot "mirrored"
    When I delete service/outside
    And the cluster settles
    Then there are no endpointslices labelled kubernetes.io/service-name=outside

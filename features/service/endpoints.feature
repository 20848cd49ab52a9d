Feature: Endpoints of services

  A Service with a selector has an EndpointSlice and an Endpoints object, which list the pods that it selects.

  Background:
    Given a cluster with 2 nodes

  Scenario: A slice follows the pods of its service
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
        labels:
          tier: front
      spec:
        selector:
          app: web
        ports:
        - name: http
          port: 80
          targetPort: web
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: one
        labels:
          app: web
      spec:
        nodeName: node-1
        containers:
        - name: web
          image: nginx
          ports:
          - name: web
            containerPort: 8080
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: other
        labels:
          app: db
      spec:
        containers:
        - name: web
          image: nginx
      """
    And 2 seconds pass
    Then the endpointslices labelled tier=front match the snapshot "one pod"
    And endpoints/web matches the snapshot "one pod in the older form"
    When I delete pod/one
    And 0 seconds pass
    Then there are 1 endpointslices labelled kubernetes.io/service-name=web
    And endpoints/web matches the snapshot "no pod"
    When 1 minute passes
    And I delete service/web
    And 1 second passes
    Then there are 0 endpointslices labelled kubernetes.io/service-name=web
    And endpoints/web does not exist

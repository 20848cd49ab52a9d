Feature: Containers that are scripted wrongly

  Scenario: A container that is misspelt
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx
        - name: sidecar
          image: example.com/sidecar
      """
    And 2 seconds pass
    And container "wep" of pod/web starts hanging

  Scenario: Words that are misspelt
    Given a cluster with 1 node
    And containers of image "perl" prnt "3.14159"

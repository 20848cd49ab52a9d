Feature: A manifest that is not YAML

  Scenario: Brackets that never close
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
        labels: {colour: [blue
      """
    Then configmap/settings exists

  Scenario: A key that is there twice
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: blue
        colour: red
      """

  Scenario: A patch that is not YAML
    Given a cluster with 1 node
    When I patch node/node-0 with:
      """yaml
      spec: {unschedulable
      """

Feature: The API's refusals
  A refusal is a value: a scenario can ask for it, and check it to the letter.

  Scenario: An object that is not there
    Given a cluster with 1 node
    When I try to create:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
        namespace: nowhere
      """
    Then it is refused as NotFound with:
      """
      namespaces "nowhere" not found
      """

  Scenario: A name that is taken
    Given a cluster with 1 node
    And I create:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      """
    When I try to create:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      """
    Then it is refused as AlreadyExists with:
      """
      configmaps "settings" already exists
      """

  Scenario: Applying twice changes nothing the second time
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: blue
        size: large
      """
    And I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: red
      """
    Then data.colour of configmap/settings is red
    And data.size of configmap/settings is not set

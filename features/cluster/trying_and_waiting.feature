Feature: Trying and waiting
  A step is tried when the API may refuse it, and waited for when it will hold only later.

  Scenario: Waiting takes as long as it takes, and not an instant more
    Given a cluster with 1 node
    When I apply "pod.yaml"
    And I wait until pod/sleeper is running
    And I wait at most 2 minutes until status.containerStatuses[name=main].started of pod/sleeper is true
    Then pod/sleeper is ready

  Scenario: What is tried and accepted is done
    Given a cluster with 1 node
    When I try to label node/node-0 disk=ssd
    Then it is accepted
    And node/node-0 has the label disk=ssd

  Scenario: A refusal is told by its reason, by its words or by a part of them
    Given a cluster with 1 node
    When I try to patch node/node-0 with:
      """yaml
      metadata:
        labels:
          "not a label": "true"
      """
    Then it is refused as Invalid
    And it is refused with "name part must consist of alphanumeric characters"
    And it is refused with:
      """
      Node "node-0" is invalid: metadata.labels: Invalid value: "not a label": *
      """

  Scenario: Objects live in namespaces
    Given a cluster with 1 node
    And I use namespace cce
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
        namespace: default
      data:
        colour: blue
      """
    Then configmap/settings in namespace cce exists
    And data.colour of configmap/settings is not set
    And data.colour of configmap/settings in namespace default is blue
    And there are 2 configmaps
    And the configmaps in namespace default are:
      | NAME             | DATA |
      | kube-root-ca.crt | 1    |
      | settings         | 1    |

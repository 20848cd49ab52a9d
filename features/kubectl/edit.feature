@kubectl
Feature: kubectl edits and completes
  What an editor saves is patched in; names are completed from what is there.

  Background:
    Given a cluster with 2 nodes
    And I run `kubectl create configmap settings --from-literal=colour=red`

  Scenario: What an editor changes
    When I run `KUBE_EDITOR='sed -i s/red/blue/' kubectl edit configmap settings`
    Then the output is:
      """
      configmap/settings edited
      """
    And data.colour of configmap/settings is blue
    When I run `KUBE_EDITOR=true kubectl edit configmap settings`
    Then the error output is:
      """
      Edit cancelled, no changes made.
      """

  Scenario: A patch whose values have the wrong type
    When I run `kubectl patch configmap settings -p '{"data":{"colour":5}}'`
    Then it fails with exit code 1
    And the error output is:
      """
      The request is invalid: patch: Invalid value: "map[data:map[colour:5]]": cannot convert int64 to string
      """

  Scenario: Names are completed
    When I run `kubectl __complete get nodes node-`
    Then the output is:
      """
      node-0
      node-1
      :4
      """
    When I run `kubectl __complete get configmaps set`
    Then the output is:
      """
      settings
      :4
      """

  Scenario: Endpoints are on their way out
    When I run `kubectl get endpoints kubernetes`
    Then it succeeds
    And the error output is:
      """
      Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice
      """

@kubectl
Feature: kubectl on what the API serves
  Each served group and version is an APIService of the server itself.

  Scenario: The APIServices of a fresh cluster
    Given a cluster with 1 node
    When I run `kubectl get apiservices`
    Then the output matches the snapshot "fresh"
    When I run `kubectl get apiservice v1.apps -o jsonpath='{.status.conditions[0].message}'`
    Then the output is:
      """
      Local APIServices are always available
      """
    When I run `kubectl wait --for=condition=Available apiservice/v1.batch`
    Then the output is:
      """
      apiservice.apiregistration.k8s.io/v1.batch condition met
      """

  Scenario: The issuer of tokens tells of itself
    Given a cluster with 1 node
    When I run `kubectl get --raw /.well-known/openid-configuration`
    Then the output contains "https://kubernetes.default.svc.cluster.local"
    When I run `kubectl get --raw /openid/v1/jwks`
    Then the output contains "RSA"

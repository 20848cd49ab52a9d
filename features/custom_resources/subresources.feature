Feature: Status and scale of custom resources
  With the status subresource, spec and status are written apart; with the scale subresource, whoever scales Deployments
  can scale them too.

  Background:
    Given a cluster with 1 node
    When I apply "boats.yaml"
    And I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        sails: 2
      status:
        position: harbour
      """

  Scenario: What a user says of the status is dropped, and the generation counts the spec alone
    Then status of boat/anna is not set
    When I set status.position of boat/anna to sea
    Then status of boat/anna is not set
    And metadata.generation of boat/anna is 1
    When I patch the status of boat/anna with:
      """yaml
      metadata:
        labels: {a: b}
      spec:
        sails: 5
      status:
        position: sea
        sails: 2
      """
    Then status.position of boat/anna is sea
    And spec.sails of boat/anna is 2
    And metadata.labels of boat/anna is not set
    And metadata.generation of boat/anna is 1
    When I set spec.sails of boat/anna to 3
    Then metadata.generation of boat/anna is 2
    And status.position of boat/anna is sea

  @kubectl
  Scenario: kubectl scales them
    When I run `kubectl scale boat/anna --replicas=4`
    Then the output is:
      """
      boat.example.com/anna scaled
      """
    And spec.sails of boat/anna is 4
    When I run `kubectl scale boat/anna --current-replicas=1 --replicas=7`
    Then it fails with exit code 1
    And the error output is:
      """
      error: Expected replicas to be 1, was 4
      """
    When I run `kubectl get boat anna --subresource=scale`
    Then the output is:
      """
      NAME   DESIRED   AVAILABLE   AGE
      anna   4         0           0s
      """

  @kubectl
  Scenario: The scale of what has no number yet
    When I remove spec.sails of boat/anna
    And I run `kubectl get --raw /apis/example.com/v1/namespaces/default/boats/anna/scale`
    Then it fails with exit code 1
    And the error output is:
      """
      Error from server (InternalError): Internal error occurred: the spec replicas field ".spec.sails" does not exist
      """
    When I run `kubectl scale boat/anna --replicas=1`
    Then it succeeds
    And spec.sails of boat/anna is 1

Feature: Custom resources in several versions
  Every version that is served shows the same objects; without a webhook, only what they are called in differs.

  Background:
    Given a cluster with 1 node
    When I apply "boats.yaml"

  Scenario: Written in an old version, read in the stored one
    When I apply:
      """yaml
      apiVersion: example.com/v1beta1
      kind: Boat
      metadata:
        name: anna
      spec:
        sails: 2
      """
    Then apiVersion of boat/anna is example.com/v1
    And spec.sails of boat/anna is 2
    And status.storedVersions of crd/boats.example.com is [v1]

  Scenario: A version becomes the stored one, and the old one stays among the stored
    When I patch crd/boats.example.com with:
      """yaml
      - {op: replace, path: /spec/versions/0/storage, value: false}
      - {op: replace, path: /spec/versions/1/storage, value: true}
      """
    Then status.storedVersions of crd/boats.example.com is [v1, v1beta1]
    When I try to patch crd/boats.example.com with:
      """yaml
      - {op: remove, path: /spec/versions/0}
      """
    Then it is refused with "missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1"

  @kubectl
  Scenario: A version that is served no more is not found
    When I patch crd/boats.example.com with:
      """yaml
      - {op: replace, path: /spec/versions/1/served, value: false}
      """
    And I run `kubectl get boats.v1beta1.example.com`
    Then it fails with exit code 1
    And the error output is:
      """
      error: the server doesn't have a resource type "boats"
      """

  Scenario: A webhook that nobody serves stands in the way of the other versions only
    When I patch crd/boats.example.com with:
      """yaml
      - op: replace
        path: /spec/conversion
        value:
          strategy: Webhook
          webhook:
            conversionReviewVersions: [v1]
            clientConfig:
              service: {namespace: default, name: shipyard, path: /convert}
      """
    And I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      """
    Then boat/anna exists
    When I try to create:
      """yaml
      apiVersion: example.com/v1beta1
      kind: Boat
      metadata:
        name: berta
      """
    Then it is refused with:
      """
      conversion webhook for example.com/v1beta1, Kind=Boat failed: Post "https://shipyard.default.svc:443/convert?timeout=30s": service "shipyard" not found
      """

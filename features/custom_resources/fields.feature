Feature: The fields of custom resources
  Objects are kept to the schema of their definition: what it does not know is dropped, and what it has a default for is
  filled in.

  Background:
    Given a cluster with 1 node
    When I apply "boats.yaml"

  Scenario: Unknown fields are dropped, but where the schema keeps them
    When I try to apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        colour: red
      """
    Then it is refused as BadRequest with:
      """
      Boat in version "v1" cannot be handled as a Boat: strict decoding error: unknown field "spec.colour"
      """
    When I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        cargo:
          crates: 3
          parrot: {name: Polly}
      """
    Then spec.cargo.crates of boat/anna is 3
    And spec.cargo.parrot.name of boat/anna is Polly

  @kubectl
  Scenario: Without validation, an unknown field goes with a warning or without a word
    When I run `kubectl apply --validate=warn -f -`
      """
      apiVersion: example.com/v1
      kind: Boat
      metadata: {name: anna}
      spec: {colour: red, sails: 1}
      """
    Then it succeeds
    And the error output is:
      """
      Warning: unknown field "spec.colour"
      """
    And spec of boat/anna is {sails: 1, size: small}
    When I run `kubectl apply --validate=ignore -f -`
      """
      apiVersion: example.com/v1
      kind: Boat
      metadata: {name: anna}
      spec: {colour: blue, sails: 2}
      """
    Then it succeeds
    And the error output is empty
    And spec of boat/anna is {sails: 2, size: small}

  Scenario: Known fields are checked even where unknown ones are kept
    When I try to apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        cargo:
          crates: many
      """
    Then it is refused as Invalid with:
      """
      Boat.example.com "anna" is invalid: spec.cargo.crates: Invalid value: "string": spec.cargo.crates in body must be of type integer: "string"
      """

  Scenario: A default is filled in where its parent is there, also in an item of a list
    When I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        ports:
          - name: Kiel
          - name: Oslo
            days: 2
      """
    Then spec.size of boat/anna is small
    And spec.engine of boat/anna is not set
    And spec.ports of boat/anna is [{name: Kiel, days: 1}, {name: Oslo, days: 2}]
    When I merge patch boat/anna with:
      """yaml
      spec:
        engine: {}
        size: null
      """
    Then spec.engine.fuel of boat/anna is diesel
    And spec.size of boat/anna is small

  Scenario: A default that came later is seen in objects that were there before
    When I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec: {}
      """
    And I patch crd/boats.example.com with:
      """yaml
      - op: add
        path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/flag
        value: {type: string, default: white}
      """
    Then spec.flag of boat/anna is white

  Scenario: Twice the same in a set or a map
    When I try to apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        flags: [a, b, a]
        ports:
          - name: Kiel
          - name: Kiel
      """
    Then it is refused as Invalid with:
      """
      Boat.example.com "anna" is invalid: [spec.flags[2]: Duplicate value: "a", spec.ports[1]: Duplicate value: {"name":"Kiel"}]
      """

  Scenario: A patch changes a custom resource as it changes others, lists as a whole
    When I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        ports:
          - name: Kiel
      """
    And I patch boat/anna with:
      """yaml
      spec:
        ports:
          - name: Oslo
      """
    Then spec.ports of boat/anna is [{name: Oslo, days: 1}]
    And metadata.generation of boat/anna is 2

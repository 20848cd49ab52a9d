Feature: Custom resources
  A CustomResourceDefinition that is applied is served at once, and its objects are kept to its schema.

  Background:
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: boats.example.com
      spec:
        group: example.com
        scope: Namespaced
        names:
          plural: boats
          singular: boat
          kind: Boat
          shortNames: [bt]
        versions:
          - name: v1
            served: true
            storage: true
            subresources:
              status: {}
              scale:
                specReplicasPath: .spec.replicas
                statusReplicasPath: .status.replicas
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [name]
                    x-kubernetes-validations:
                      - rule: self.replicas <= self.most
                        message: too many boats
                    properties:
                      name:
                        type: string
                        maxLength: 10
                      replicas:
                        type: integer
                        default: 1
                      most:
                        type: integer
                        default: 5
                  status:
                    type: object
                    properties:
                      replicas:
                        type: integer
      """
    Then crd/boats.example.com exists
    And condition Established of crd/boats.example.com is True
    When I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        name: Anna
      """

  Scenario: An object gets its defaults, and is named in every way
    Then spec.replicas of boat/anna is 1
    And spec.most of Boat/anna is 5
    And spec.name of boats/anna is Anna
    And spec.name of bt/anna is Anna
    And spec.name of boats.example.com/anna is Anna
    And there is 1 boat

  Scenario: What the schema does not allow is refused
    When I try to apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: berta
      spec:
        name: Berta the Great
      """
    Then it is refused as Invalid with:
      """
      Boat.example.com "berta" is invalid: [spec.name: Too long: may not be more than 10 bytes, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]
      """

  Scenario: What a rule does not allow is refused
    When I try to apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: berta
      spec:
        name: Berta
        replicas: 6
      """
    Then it is refused with "too many boats"

  Scenario: Fields are changed and objects deleted
    When I set spec.replicas of boat/anna to 3
    And I delete bt/anna
    Then boat/anna does not exist

  Scenario: The objects go with the definition
    When I delete crd/boats.example.com
    Then crd/boats.example.com does not exist

Feature: CustomResourceDefinitions
  A definition gets the names that no other has, and is kept until its objects are gone.

  Background:
    Given a cluster with 1 node
    When I apply "boats.yaml"

  Scenario: Names that another definition has
    When I apply:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: bottles.example.com
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: bottles, kind: Bottle, shortNames: [bt]}
        versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema: {type: object}
      """
    Then condition NamesAccepted of crd/bottles.example.com is False
    And the message of condition NamesAccepted of crd/bottles.example.com is:
      """
      "bt" is already in use
      """
    And condition Established of crd/bottles.example.com is False
    And the message of condition Established of crd/bottles.example.com is:
      """
      not all names are accepted
      """
    And status.acceptedNames.kind of crd/bottles.example.com is Bottle
    And status.acceptedNames.shortNames of crd/bottles.example.com is not set
    When I delete crd/boats.example.com
    Then crd/bottles.example.com has condition NamesAccepted with reason NoConflicts and message "no conflicts found"
    And crd/bottles.example.com has condition Established with reason InitialNamesAccepted and message "the initial names have been accepted"

  Scenario: An object that is held back holds back its definition
    When I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
        finalizers: [example.com/moored]
      """
    And I delete crd/boats.example.com
    Then boat/anna is being deleted
    And crd/boats.example.com is being deleted
    And crd/boats.example.com has the finalizer customresourcecleanup.apiextensions.k8s.io
    And crd/boats.example.com has condition Terminating with reason InstanceDeletionInProgress and message "CustomResource deletion is in progress"
    When I try to create:
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: berta
      """
    Then it is refused with:
      """
      boats.example.com "berta" is forbidden: create not allowed while custom resource definition is terminating
      """
    When I remove metadata.finalizers of boat/anna
    And I wait at most 10 seconds until crd/boats.example.com does not exist
    Then crd/boats.example.com does not exist

  Scenario: A schema that is not structural is refused
    When I try to apply:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: rafts.example.com
      spec:
        group: example.com
        scope: Cluster
        names: {plural: rafts, kind: Raft}
        versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    properties:
                      logs: {type: array}
      """
    Then it is refused with "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields"
    And it is refused with "spec.validation.openAPIV3Schema.properties[spec].properties[logs].items: Required value: must be specified"

  Scenario: What is established cannot be renamed
    When I try to set spec.names.kind of crd/boats.example.com to Ship
    Then it is refused as Invalid with:
      """
      CustomResourceDefinition.apiextensions.k8s.io "boats.example.com" is invalid: spec.names.kind: Invalid value: "Ship": field is immutable
      """
    When I try to set spec.scope of crd/boats.example.com to Cluster
    Then it is refused as Invalid with:
      """
      CustomResourceDefinition.apiextensions.k8s.io "boats.example.com" is invalid: spec.scope: Invalid value: "Cluster": field is immutable
      """

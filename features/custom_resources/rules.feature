Feature: Rules for custom resources in CEL
  A schema may say in expressions what must hold of an object, and what may become of it.

  Background:
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: crews.example.com
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: crews, kind: Crew}
        versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    x-kubernetes-validations:
                      - rule: self.least <= self.most
                        message: least must not be above most
                        fieldPath: .least
                      - rule: "!has(self.cook) || self.most > 3"
                        messageExpression: "'a cook is for more than 3, not for ' + string(self.most)"
                        reason: FieldValueForbidden
                        fieldPath: .cook
                      - rule: "!has(oldSelf.cook) || has(self.cook)"
                        message: the cook stays
                      - rule: self.most < 100
                    properties:
                      least: {type: integer, default: 0}
                      most: {type: integer, default: 5}
                      cook: {type: string}
                      home:
                        type: string
                        maxLength: 20
                        x-kubernetes-validations:
                          - rule: self == oldSelf
                            message: home is immutable
      """
    And I apply:
      """yaml
      apiVersion: example.com/v1
      kind: Crew
      metadata:
        name: anna
      spec:
        cook: Ben
        home: Kiel
      """

  Scenario: A message, its field, and the rule itself where there is none
    When I try to set spec.least of crew/anna to 6
    Then it is refused as Invalid with:
      """
      Crew.example.com "anna" is invalid: spec.least: Invalid value: least must not be above most
      """
    When I try to set spec.most of crew/anna to 100
    Then it is refused as Invalid with:
      """
      Crew.example.com "anna" is invalid: spec: Invalid value: failed rule: self.most < 100
      """

  Scenario: A message that an expression makes, with a reason
    When I try to set spec.most of crew/anna to 3
    Then it is refused as Invalid with:
      """
      Crew.example.com "anna" is invalid: spec.cook: Forbidden: a cook is for more than 3, not for 3
      """

  Scenario: What may become of an object
    When I try to remove spec.cook of crew/anna
    Then it is refused as Invalid with:
      """
      Crew.example.com "anna" is invalid: spec: Invalid value: the cook stays
      """
    When I try to set spec.home of crew/anna to Oslo
    Then it is refused as Invalid with:
      """
      Crew.example.com "anna" is invalid: spec.home: Invalid value: "Oslo": home is immutable
      """
    When I set spec.most of crew/anna to 9
    Then spec.most of crew/anna is 9

  Scenario: A stricter schema lets what is there be, until it is changed
    When I patch crd/crews.example.com with:
      """yaml
      - op: add
        path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/cook/maxLength
        value: 2
      """
    And I set spec.most of crew/anna to 9
    Then spec.most of crew/anna is 9
    When I try to set spec.cook of crew/anna to Berta
    Then it is refused with "spec.cook: Too long: may not be more than 2 bytes"

  Scenario: An expression that does not fit the schema is refused with its place
    When I try to patch crd/crews.example.com with:
      """yaml
      - op: replace
        path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/x-kubernetes-validations/0/rule
        value: self.captain == 'x'
      """
    Then it is refused with:
      """
      CustomResourceDefinition.apiextensions.k8s.io "crews.example.com" is invalid: spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: {"FieldPath":".least","Message":"least must not be above most","MessageExpression":"","OptionalOldSelf":null,"Reason":null,"Rule":"self.captain == 'x'"}: compilation failed: ERROR: <input>:1:5: undefined field 'captain'
       | self.captain == 'x'
       | ....^
      """
    When I try to patch crd/crews.example.com with:
      """yaml
      - op: replace
        path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/x-kubernetes-validations/0/rule
        value: self.most + 1
      """
    Then it is refused with "cel expression must evaluate to a bool"
    When I try to patch crd/crews.example.com with:
      """yaml
      - op: replace
        path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/x-kubernetes-validations/1/messageExpression
        value: self.most
      """
    Then it is refused with "messageExpression must evaluate to a string"

Feature: Server-side apply of custom resources
  The schema of a definition says which lists and maps are owned as a whole, and which element by element.

  Background:
    Given a cluster with 1 node
    When I apply "../custom_resources/boats.yaml"
    And I server-side apply as "alice":
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        sails: 2
        flags: [red, white]
        ports:
          - name: Kiel
            days: 3
        log: [fair]
        captain: {name: Ann, rank: first}
      """

  Scenario: Sets and keyed lists are shared
    When I server-side apply as "bob":
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        flags: [blue, white]
        ports:
          - name: Oslo
      """
    Then spec.flags of boat/anna is [red, blue, white]
    And spec.ports of boat/anna is [{name: Kiel, days: 3}, {name: Oslo, days: 1}]
    When I server-side apply as "alice":
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        sails: 2
      """
    Then spec.flags of boat/anna is [blue, white]
    And spec.ports of boat/anna is [{name: Oslo, days: 1}]
    And spec.log of boat/anna is not set
    And spec.size of boat/anna is small

  Scenario: Other lists, and maps that are said to be atomic, are owned as a whole
    When I try to server-side apply as "bob":
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        log: [stormy]
        captain: {rank: second}
      """
    Then it is refused as Conflict with:
      """
      Apply failed with 2 conflicts: conflicts with "alice":
      - .spec.captain
      - .spec.log
      """

  Scenario: What the schema does not have cannot be applied
    When I try to server-side apply as "bob":
      """yaml
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: anna
      spec:
        colour: red
      """
    Then it is refused with:
      """
      failed to create typed patch object (default/anna; example.com/v1, Kind=Boat): .spec.colour: field not declared in schema
      """

  @kubectl
  Scenario: Whoever scales owns the number
    When I run `kubectl scale boat/anna --replicas=3`
    Then the managers of .spec.sails of boat/anna are kubectl
    And the managers of .spec.log of boat/anna are alice

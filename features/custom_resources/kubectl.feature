@kubectl
Feature: kubectl on custom resources
  kubectl knows them by every name that their definition gives them, and prints its columns.

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
        ports:
          - name: Kiel
      ---
      apiVersion: example.com/v1
      kind: Boat
      metadata:
        name: berta
      spec:
        size: large
      """

  Scenario: Columns, and those of lesser weight with -o wide
    When I run `kubectl get boats`
    Then the output is:
      """
      NAME    SIZE    SAILS   AGE
      anna    small   2       0s
      berta   large           0s
      """
    When I run `kubectl get bt -o wide`
    Then the output is:
      """
      NAME    SIZE    SAILS   PORT   AGE
      anna    small   2       Kiel   0s
      berta   large                  0s
      """

  Scenario: Short names, the group, and categories
    When I run `kubectl get bt/anna boat.example.com/berta boats.v1.example.com/anna -o name`
    Then the output is:
      """
      boat.example.com/anna
      boat.example.com/berta
      boat.example.com/anna
      """
    When I run `kubectl get fleet -o name`
    Then the output is:
      """
      boat.example.com/anna
      boat.example.com/berta
      """
    When I run `kubectl get all -o name`
    Then the output contains "boat.example.com/anna"

  Scenario: Old versions warn
    When I run `kubectl get boats.v1beta1.example.com -o name`
    Then the error output is:
      """
      Warning: example.com/v1beta1 Boat is deprecated; use example.com/v1 Boat
      """
    When I run `kubectl get boats.v1alpha1.example.com -o name`
    Then the error output is:
      """
      Warning: boats of the first days sink; use v1
      """

  Scenario: Its fields are explained, and unknown ones told
    When I run `kubectl explain boat.spec.size`
    Then the output contains "FIELD: size <string>"
    When I run `kubectl apply -f -`
      """
      apiVersion: example.com/v1
      kind: Boat
      metadata: {name: carla}
      spec: {colour: red}
      """
    Then it fails with exit code 1
    And the error output contains:
      """
      Error from server (BadRequest): error when creating "STDIN": Boat in version "v1" cannot be handled as a Boat: strict decoding error: unknown field "spec.colour"
      """

  Scenario: The definition goes, and its objects with it
    When I run `kubectl delete crd boats.example.com`
    Then it succeeds
    And there are 0 customresourcedefinitions
    When I run `kubectl get boats`
    Then it fails with exit code 1
    And the error output is:
      """
      error: the server doesn't have a resource type "boats"
      """

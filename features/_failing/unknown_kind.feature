Feature: Kinds and versions that are not served

  Scenario: A kind that is misspelt
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: DeamonSet
      metadata:
        name: web
      """

  Scenario: A version that is gone
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      ---
      apiVersion: batch/v1beta1
      kind: Job
      metadata:
        name: pi
      """

  Scenario: A step about a kind that is misspelt
    Given a cluster with 1 node
    Then deamonset/web exists

  Scenario: A manifest without a kind
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      metadata:
        name: settings
      """

Feature: Addresses of services

  A service gets an address inside the cluster and, by its type, a port on every node. Both are given back with it.

  Background:
    Given a cluster with 1 node

  Scenario: Every cluster has the service of its API server
    Then spec.clusterIP of service/kubernetes is "10.96.0.1"
    And endpoints/kubernetes exists

  Scenario: An address is given once
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        clusterIP: 10.96.0.80
        ports:
        - port: 80
      """
    And I try to create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: other
      spec:
        clusterIP: 10.96.0.80
        ports:
        - port: 80
      """
    Then it is refused as Invalid with:
      """
      Service "other" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.80"]: failed to allocate IP 10.96.0.80: provided IP is already allocated
      """
    When I delete service/web
    And I create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: other
      spec:
        clusterIP: 10.96.0.80
        ports:
        - port: 80
      """
    Then spec.type of service/other is ClusterIP

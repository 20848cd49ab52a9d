Feature: What every namespace has

  Background:
    Given a cluster with 1 node

  Scenario: A fresh cluster has its system namespaces, service accounts and priority classes
    Then the namespaces are:
      | NAME            | STATUS |
      | default         | Active |
      | kube-node-lease | Active |
      | kube-public     | Active |
      | kube-system     | Active |
    And serviceaccount/default in namespace kube-system exists
    And lease/node-0 in namespace kube-node-lease exists
    And priorityclass/system-node-critical exists
    And priorityclass/system-cluster-critical exists
    And namespace/default matches the snapshot "default"
    And node/node-0 matches the snapshot "node"

  Scenario: A new namespace gets its service account and its root certificate
    When I create:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata:
        name: team
      """
    Then serviceaccount/default in namespace team exists
    And configmap/kube-root-ca.crt in namespace team exists

  Scenario: What is deleted comes back
    When I delete serviceaccount/default
    And I delete configmap/kube-root-ca.crt
    Then serviceaccount/default exists
    And configmap/kube-root-ca.crt exists

  Scenario: The root certificate is restored when it is changed
    When I merge patch configmap/kube-root-ca.crt with:
      """yaml
      data:
        other: x
      """
    Then data.other of configmap/kube-root-ca.crt is not set

Feature: Roles that are made of others
  A ClusterRole with an aggregation rule has the rules of all ClusterRoles that it selects.

  Scenario: An aggregated role follows the roles that it is made of
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata:
        name: monitoring
      aggregationRule:
        clusterRoleSelectors:
          - matchLabels:
              example.com/aggregate-to-monitoring: "true"
      rules: []
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata:
        name: monitoring-endpoints
        labels:
          example.com/aggregate-to-monitoring: "true"
      rules:
        - apiGroups: [""]
          resources: [services, endpoints, pods]
          verbs: [get, list, watch]
      """
    Then rules[0].resources of clusterrole/monitoring is ["services","endpoints","pods"]
    When I delete clusterrole/monitoring-endpoints
    Then rules of clusterrole/monitoring is []

  Scenario: An admission policy is looked at
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata:
        name: few-replicas
      spec:
        matchConstraints:
          resourceRules:
            - apiGroups: [apps]
              apiVersions: [v1]
              operations: [CREATE, UPDATE]
              resources: [deployments]
        validations:
          - expression: object.spec.replicas <= 5
      """
    Then status.observedGeneration of validatingadmissionpolicy/few-replicas is 1

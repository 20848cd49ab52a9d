Feature: Roles and bindings
  Roles and bindings are stored, filled in and checked; nobody is kept from anything by them.

  Scenario: A binding keeps the role it binds
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata:
        name: readers
      roleRef:
        kind: Role
        name: reader
      subjects:
        - kind: User
          name: jane
      """
    Then roleRef.apiGroup of rolebinding/readers is rbac.authorization.k8s.io
    When I try to patch rolebinding/readers with:
      """yaml
      roleRef:
        name: writer
      """
    Then it is refused with:
      """
      RoleBinding.rbac.authorization.k8s.io "readers" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"writer"}: cannot change roleRef
      """

  Scenario: A role's name may be anything that fits into a URL
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata:
        name: system:Pod_Reader
      rules:
        - apiGroups: [""]
          resources: [pods]
          verbs: [get]
      """
    Then rules[0].verbs[0] of clusterrole/system:Pod_Reader is get
    When I try to apply:
      """yaml
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata:
        name: empty
      rules:
        - apiGroups: [""]
          resources: [pods]
      """
    Then it is refused with:
      """
      Role.rbac.authorization.k8s.io "empty" is invalid: rules[0].verbs: Required value: verbs must contain at least one value
      """

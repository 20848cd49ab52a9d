Feature: Server-side apply
  Whoever applies an object owns the fields it names. Others may have them too, but not with other values.

  Background:
    Given a cluster with 1 node

  Scenario: Another value of another's field is a conflict, the same value is shared, and force takes over
    When I server-side apply as "alice":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: red
        size: large
      """
    And I try to server-side apply as "bob":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: blue
      """
    Then it is refused as Conflict with:
      """
      Apply failed with 1 conflict: conflict with "alice": .data.colour
      """
    When I server-side apply as "bob":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: red
      """
    Then the managers of .data.colour of configmap/settings are alice, bob
    When I server-side apply as "bob" by force:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: blue
      """
    Then the managers of .data.colour of configmap/settings are bob
    And the managers of .data.size of configmap/settings are alice
    And data.colour of configmap/settings is blue

  Scenario: What is applied no more is removed, unless somebody else has it
    When I server-side apply as "alice":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: red
        size: large
      """
    And I server-side apply as "bob":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        size: large
      """
    And I server-side apply as "alice":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      """
    Then data.colour of configmap/settings is not set
    And data.size of configmap/settings is large
    And the managers of .data.size of configmap/settings are bob

  Scenario: Containers are owned one by one
    When I server-side apply as "alice":
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata:
        name: web
      spec:
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
            - name: web
              image: nginx:1
      """
    And I server-side apply as "bob":
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata:
        name: web
      spec:
        template:
          spec:
            containers:
            - name: sidecar
              image: envoy:1
      """
    Then the managers of .spec.template.spec.containers[name="web"].image of daemonset/web are alice
    And the managers of .spec.template.spec.containers[name="sidecar"].image of daemonset/web are bob
    When I set the image of daemonset/web container web to nginx:2
    Then the managers of .spec.template.spec.containers[name="web"].image of daemonset/web are kubectl-patch
    And the managers of .status.desiredNumberScheduled of daemonset/web are kube-controller-manager

  Scenario: kubectl takes over what it had applied on the client's side
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: red
      """
    And I try to server-side apply as "alice":
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: blue
      """
    Then it is refused with:
      """
      Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.colour
      """
    When I server-side apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        colour: blue
      """
    Then the managers of .data.colour of configmap/settings are kubectl

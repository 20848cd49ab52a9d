Feature: Manifests across releases of Kubernetes
  A cluster serves the group versions that its release served, so that a manifest that breaks on an upgrade is seen to break.
  What is behind the API is always that of the newest release.

  Scenario: The CronJob of an old article runs where it ran
    Given a Kubernetes 1.24 cluster with 2 nodes
    When I apply "cronjob-v1beta1.yaml"
    Then spec.schedule of cronjob/hello is */1 * * * *
    And apiVersion of cronjob/hello is batch/v1

  Scenario: The same CronJob breaks on the upgrade
    Given a Kubernetes 1.25 cluster with 2 nodes
    When I try to apply "cronjob-v1beta1.yaml"
    Then it is refused with:
      """
      resource mapping not found for name: "hello" namespace: "" from "cronjob-v1beta1.yaml": no matches for kind "CronJob" in version "batch/v1beta1"
      ensure CRDs are installed first
      """

  Scenario: And in 1.20 there is no other version of it
    Given a Kubernetes 1.20 cluster
    When I apply "cronjob-v1beta1.yaml"
    Then apiVersion of cronjob/hello is batch/v1beta1
    When I try to apply:
      """yaml
      apiVersion: batch/v1
      kind: CronJob
      metadata:
        name: hello
      spec:
        schedule: "*/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers:
                  - name: hello
                    image: busybox
      """
    Then it is refused with:
      """
      resource mapping not found for name: "hello" namespace: "" from "STDIN": no matches for kind "CronJob" in version "batch/v1"
      ensure CRDs are installed first
      """

  Scenario Outline: An Ingress of <version> is served by <release>
    Given a Kubernetes <release> cluster
    When I apply:
      """yaml
      apiVersion: <version>
      kind: Ingress
      metadata:
        name: web
      spec:
        rules:
          - host: web.example.com
            http:
              paths:
                - path: /
                  backend:
                    serviceName: web
                    servicePort: 80
      """
    Then spec.rules[0].http.paths[0].backend.service.name of ingress/web is web
    And spec.rules[0].http.paths[0].backend.service.port.number of ingress/web is 80
    And spec.rules[0].http.paths[0].pathType of ingress/web is ImplementationSpecific

    Examples:
      | version                   | release |
      | extensions/v1beta1        | 1.20    |
      | networking.k8s.io/v1beta1 | 1.21    |

  Scenario: An Ingress that names its service in the old way breaks with 1.22
    Given a Kubernetes 1.22 cluster
    When I try to apply:
      """yaml
      apiVersion: extensions/v1beta1
      kind: Ingress
      metadata:
        name: web
      spec:
        backend:
          serviceName: web
          servicePort: 80
      """
    Then it is refused with:
      """
      resource mapping not found for name: "web" namespace: "" from "STDIN": no matches for kind "Ingress" in version "extensions/v1beta1"
      ensure CRDs are installed first
      """

  Scenario: An empty selector of an old budget selects no pod
    Given a Kubernetes 1.24 cluster
    When I apply:
      """yaml
      apiVersion: policy/v1beta1
      kind: PodDisruptionBudget
      metadata:
        name: nothing
      spec:
        minAvailable: 1
        selector: {}
      """
    Then spec.selector.matchExpressions[0].operator of poddisruptionbudget/nothing is Exists

  Scenario Outline: Nodes and server say which release they are
    Given a Kubernetes <release> cluster with 1 node
    Then status.nodeInfo.kubeletVersion of node/node-0 is <version>

    Examples:
      | release | version  |
      | 1.20    | v1.20.15 |
      | 1.24    | v1.24.17 |
      | 1.36    | v1.36.2  |

Feature: Deployments as manifests
  What a Deployment leaves open is filled in, and what cannot be rolled out is refused before anything runs.

  Background:
    Given a cluster with 1 node

  Scenario: A Deployment that says little rolls by quarters
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    Then metadata.generation of deployment/web is 1
    And spec.replicas of deployment/web is 1
    And spec.revisionHistoryLimit of deployment/web is 10
    And spec.progressDeadlineSeconds of deployment/web is 600
    And spec.strategy.type of deployment/web is RollingUpdate
    And spec.strategy.rollingUpdate.maxSurge of deployment/web is 25%
    And spec.strategy.rollingUpdate.maxUnavailable of deployment/web is 25%

  Scenario: A rollout that could never make a step is refused
    When I try to apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: stuck}
      spec:
        selector: {matchLabels: {app: stuck}}
        strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}
        template:
          metadata: {labels: {app: stuck}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    Then it is refused as Invalid with:
      """
      Deployment.apps "stuck" is invalid: spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0
      """

  Scenario: A Deployment whose pods would not be its own is refused
    When I try to apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: wbe}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    Then it is refused as Invalid with:
      """
      Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"wbe"}: `selector` does not match template `labels`
      """

  Scenario: Another service of a StatefulSet is refused
    Given I apply:
      """yaml
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: postgres}]}
      """
    When I try to set spec.serviceName of statefulset/db to other
    Then it is refused with "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template'"
    When I try to set spec.replicas of statefulset/db to 3
    Then it is accepted

  @kubectl
  Scenario: kubectl scales a Deployment, and a ReplicaSet only from the number it expects
    Given I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: nginx}]}
      ---
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: front}
      spec:
        selector: {matchLabels: {app: front}}
        template:
          metadata: {labels: {app: front}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    When I run `kubectl scale deployment/web --replicas=3`
    Then the output is:
      """
      deployment.apps/web scaled
      """
    And spec.replicas of deployment/web is 3
    When I run `kubectl scale rs/front --current-replicas=5 --replicas=2`
    Then it fails with exit code 1
    And the error output is:
      """
      error: Expected replicas to be 5, was 1
      """

@kubectl
Feature: kubectl creates
  ConfigMaps, Deployments, Services, namespaces; what exists already; and nothing in a dry run.

  Background:
    Given a cluster with 1 node

  Scenario: What is no longer applied is pruned
    When I run `kubectl apply -f -`
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a, labels: {app: x}}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: b, labels: {app: x}}
      """
    Then the output is:
      """
      configmap/a created
      configmap/b created
      """
    When I run `kubectl apply --prune -l app=x --prune-allowlist=core/v1/ConfigMap -f -`
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a, labels: {app: x}}
      """
    Then the output is:
      """
      configmap/a unchanged
      configmap/b pruned
      """

  Scenario: What exists is not created, and what does not is not found
    When I run `kubectl create configmap settings --from-literal=colour=red`
    Then the output is:
      """
      configmap/settings created
      """
    When I run `kubectl create configmap settings --from-literal=colour=red`
    Then it fails with exit code 1
    And the error output is:
      """
      error: failed to create configmap: configmaps "settings" already exists
      """
    When I run `kubectl get configmap settings`
    Then the output is:
      """
      NAME       DATA   AGE
      settings   1      *s
      """
    When I run `kubectl get configmap nothing`
    Then it fails with exit code 1
    And the error output is:
      """
      Error from server (NotFound): configmaps "nothing" not found
      """

  Scenario: A Deployment is created, scaled and exposed
    When I run `kubectl create deployment web --image=nginx --replicas=2`
    Then the output is:
      """
      deployment.apps/web created
      """
    When I run `kubectl scale deployment web --replicas=3`
    Then the output is:
      """
      deployment.apps/web scaled
      """
    And spec.replicas of deployment/web is 3
    When I run `kubectl expose deployment web --port=80`
    Then the output is:
      """
      service/web exposed
      """
    When I run `kubectl get service web -o wide`
    Then the output is:
      """
      NAME   TYPE        CLUSTER-IP*EXTERNAL-IP   PORT(S)   AGE*SELECTOR
      web    ClusterIP   10.96.* <none>        80/TCP    *s * app=web
      """
    When I run `kubectl get deployments`
    Then the output contains "NAME   READY   UP-TO-DATE   AVAILABLE   AGE"

  Scenario: A namespace is made and deleted with what is in it
    When I run `kubectl create namespace shop`
    And I run `kubectl create configmap a -n shop`
    And I run `kubectl get cm -A`
    Then the output contains "shop * a * 0 *"
    When I run `kubectl delete namespace shop`
    Then it succeeds
    And the output contains "namespace *shop* deleted"
    And namespace/shop does not exist

  Scenario: A dry run makes nothing
    When I run `kubectl create configmap a --from-literal=k=v --dry-run=server`
    Then the output is:
      """
      configmap/a created (server dry run)
      """
    And configmap/a does not exist

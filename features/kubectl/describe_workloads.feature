@kubectl
Feature: kubectl describes Deployments, StatefulSets, Services and claims
  What people look at first when a rollout hangs.

  Background:
    Given a cluster with 3 nodes
    And I apply "workloads.yaml"
    And the cluster settles

  Scenario: A Deployment, its sets and its conditions
    When I run `kubectl set image deployment/web web=nginx:2`
    And the cluster settles
    And I run `kubectl describe deployment web`
    Then the output contains:
      """
      Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable
      StrategyType:           RollingUpdate
      MinReadySeconds:        0
      RollingUpdateStrategy:  25% max unavailable, 25% max surge
      """
    And the output contains "Available      True    MinimumReplicasAvailable"
    And the output contains "Progressing    True    NewReplicaSetAvailable"
    And the output contains "OldReplicaSets:  web-* (0/0 replicas created)"
    And the output contains "NewReplicaSet:   web-* (2/2 replicas created)"
    And the output contains "Scaled up replica set web-* from 0 to 2"

  Scenario: A StatefulSet
    When I run `kubectl describe statefulset db`
    Then the output contains:
      """
      Replicas:           2 desired | 2 total
      Update Strategy:    RollingUpdate
        Partition:        0
      Pods Status:        2 Running / 0 Waiting / 0 Succeeded / 0 Failed
      """
    And the output contains "Create Pod db-1 in StatefulSet db successful"

  Scenario: A Service with its endpoints
    When I run `kubectl expose deployment web --port=80`
    Then the output is:
      """
      service/web exposed
      """
    When the cluster settles
    And I run `kubectl describe service web`
    Then the output contains "Endpoints:*10.244.*:80,10.244.*:80"
    And the output contains "TargetPort:*80/TCP"
    When I run `kubectl get endpointslices -l kubernetes.io/service-name=web`
    Then the output contains "IPv4*80*10.244."

  Scenario: The controllers of what kubectl lists
    When I run `kubectl get deployments,replicasets,statefulsets,daemonsets`
    Then the output contains "deployment.apps/web   2/2     2            2"
    And the output contains "statefulset.apps/db   2/2"
    And the output contains "daemonset.apps/agent   3         3         3       3            3           <none>"
    When I run `kubectl get all -l app=web`
    Then the output contains "replicaset.apps/web-*   2         2         2"

  Scenario: A manifest is taken back by what it says
    When I run `kubectl rollout history deployment/web -o yaml --revision=1`
    Then the output contains "image: nginx:1"
    When I run `kubectl delete -f workloads.yaml --wait=false`
    Then it succeeds
    When the cluster settles
    Then there are no pods

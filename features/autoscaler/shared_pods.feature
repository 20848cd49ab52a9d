Feature: Two autoscalers that measure the same pods
  Neither follows what it measures, because the pods do not say which of them they belong to. Bounds are kept nevertheless.

  Background:
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And pods of deployment/web use 50% cpu
    And the cluster settles
    And I apply:
      """yaml
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: other}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 10
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
      """
    And 1 minute passes

  Scenario: Both say that their selector is ambiguous, and nothing is scaled
    Then condition ScalingActive of horizontalpodautoscaler/web is False with reason AmbiguousSelector
    And condition ScalingActive of horizontalpodautoscaler/other is False with reason AmbiguousSelector
    And the message of condition ScalingActive of horizontalpodautoscaler/other is:
      """
      pods by selector app=web are controlled by multiple HPAs: [{other default} {web default}]
      """
    And there is a Warning event "AmbiguousSelector" for horizontalpodautoscaler/web
    And there is a Warning event "FailedComputeMetricsReplicas" for horizontalpodautoscaler/web with message "pods by selector app=web are controlled by multiple HPAs: [{other default} {web default}]"
    When pods of deployment/web use 200% cpu
    And 10 minutes pass
    Then spec.replicas of deployment/web is 4

  Scenario: When one of them is gone the other goes on
    When I delete horizontalpodautoscaler/other
    And pods of deployment/web use 100% cpu
    And 1 minute passes
    Then condition ScalingActive of horizontalpodautoscaler/web is True with reason ValidMetricFound
    And there are 10 pods of deployment/web

  Scenario: A target of no replicas is shown without a current number
    Given I delete horizontalpodautoscaler/other
    When I scale deployment/web to 0
    And 1 minute passes
    Then condition ScalingActive of horizontalpodautoscaler/web is False with reason ScalingDisabled
    And status.currentReplicas of horizontalpodautoscaler/web is not set

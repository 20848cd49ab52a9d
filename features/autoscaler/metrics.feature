Feature: What an autoscaler looks at
  The share of what pods request, an amount for each pod, one container of each pod; of several metrics the one that asks for most
  pods wins. What nobody serves is told of.

  Background:
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: An amount of memory for each pod
    When I set spec.metrics of horizontalpodautoscaler/web to [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}]
    And pods of deployment/web use 150Mi memory
    And 1 minute passes
    Then there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 6; reason: memory resource above target"

  Scenario: The metric that asks for most wins
    When I set spec.metrics of horizontalpodautoscaler/web to [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}, {type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 50}}}]
    And pods of deployment/web use 25% cpu
    And pods of deployment/web use 75% memory
    And 16 seconds pass
    Then spec.replicas of deployment/web is 6
    And there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 6; reason: memory resource utilization (percentage of request) above target"

  Scenario: One container of each pod
    When I set spec.metrics of horizontalpodautoscaler/web to [{type: ContainerResource, containerResource: {name: cpu, container: web, target: {type: Utilization, averageUtilization: 50}}}]
    And pods of deployment/web use 100% cpu
    And 30 seconds pass
    Then there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 8; reason: cpu container resource utilization (percentage of request) above target"

  Scenario: Pods that request nothing have no utilization
    When I set spec.template.spec.containers of deployment/web to [{name: web, image: nginx}]
    And pods of deployment/web use 100m cpu
    And 1 minute passes
    Then condition ScalingActive of horizontalpodautoscaler/web is False with reason FailedGetResourceMetric
    And the message of condition ScalingActive of horizontalpodautoscaler/web is:
      """
      the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container web of Pod web-*
      """
    And there is a Warning event "FailedComputeMetricsReplicas" for horizontalpodautoscaler/web with message "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: missing request for cpu in container web of Pod web-*"

  Scenario Outline: A metric that nobody serves
    When I set spec.metrics of horizontalpodautoscaler/web to [<metric>]
    And 1 minute passes
    Then condition ScalingActive of horizontalpodautoscaler/web is False with reason <reason>
    And the message of condition ScalingActive of horizontalpodautoscaler/web is:
      """
      the HPA was unable to compute the replica count: <message>
      """

    Examples:
      | metric                                                                                                                                                          | reason                  | message |
      | {type: Pods, pods: {metric: {name: hits}, target: {type: AverageValue, averageValue: "10"}}}                                                                    | FailedGetPodsMetric     | unable to get metric hits: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered |
      | {type: External, external: {metric: {name: queue}, target: {type: AverageValue, averageValue: "10"}}}                                                           | FailedGetExternalMetric | unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io) |
      | {type: Object, object: {metric: {name: hits}, describedObject: {apiVersion: v1, kind: Service, name: web}, target: {type: Value, value: "10"}}}                 | FailedGetObjectMetric   | unable to get metric hits: Service on default web/unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered |

  Scenario: A metric that is not known keeps others from scaling down, but not from scaling up
    When I set spec.metrics of horizontalpodautoscaler/web to [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}, {type: Pods, pods: {metric: {name: hits}, target: {type: AverageValue, averageValue: "10"}}}]
    And pods of deployment/web use 10% cpu
    And 10 minutes pass
    Then spec.replicas of deployment/web is 4
    When pods of deployment/web use 100% cpu
    And 30 seconds pass
    Then spec.replicas of deployment/web is 8

  Scenario: What can be scaled, and what cannot
    When I apply "../statefulset/web.yaml"
    And I set spec.scaleTargetRef.kind of horizontalpodautoscaler/web to StatefulSet
    And pods of statefulset/web use 10m cpu
    And 30 seconds pass
    Then condition AbleToScale of horizontalpodautoscaler/web is True
    When I set spec.scaleTargetRef.kind of horizontalpodautoscaler/web to DaemonSet
    And 30 seconds pass
    Then condition AbleToScale of horizontalpodautoscaler/web is False with reason FailedGetScale
    And the message of condition AbleToScale of horizontalpodautoscaler/web is:
      """
      the HPA controller was unable to get the target's current scale: the server could not find the requested resource
      """
    When I set spec.scaleTargetRef.kind of horizontalpodautoscaler/web to Boat
    And 30 seconds pass
    Then the message of condition AbleToScale of horizontalpodautoscaler/web is:
      """
      the HPA controller was unable to get the target's current scale: no matches for kind "Boat" in group "apps"
      """

  @kubectl
  Scenario: What kubectl describes
    When pods of deployment/web use 100% cpu
    And 1 minute passes
    And I run `kubectl describe hpa web`
    Then the output contains "resource cpu on pods  (as a percentage of request):"
    And the output contains "ScalingActive   True    ValidMetricFound"
    And the output contains "New size: 8; reason: cpu resource utilization (percentage of request) above target"

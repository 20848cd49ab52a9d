Feature: How fast an autoscaler follows
  `behavior` says for each direction over how long it looks back (`stabilizationWindowSeconds`), how many pods or what share of them
  it may add or remove in a period, which of several policies counts, and how far from the target usage may be (`tolerance`).

  Background:
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario Outline: Within the tolerance nothing is scaled
    A tenth is the default: a ratio of 0.9 to 1.1 is as good as one.
    When I set spec.behavior of horizontalpodautoscaler/web to <behavior>
    And pods of deployment/web use <usage> cpu
    And 16 seconds pass
    Then spec.replicas of deployment/web is <replicas>

    Examples:
      | behavior                      | usage | replicas |
      | {}                            | 54%   | 4        |
      | {}                            | 56%   | 5        |
      | {scaleUp: {tolerance: "0.2"}} | 58%   | 4        |
      | {scaleUp: {tolerance: "0"}}   | 51%   | 5        |

  Scenario: Scaling up may wait until a window has asked for it all along
    When I set spec.behavior of horizontalpodautoscaler/web to {scaleUp: {stabilizationWindowSeconds: 60}}
    And pods of deployment/web use 100% cpu
    And 30 seconds pass
    Then spec.replicas of deployment/web is 4
    And horizontalpodautoscaler/web has condition AbleToScale with reason ScaleUpStabilized and message "recent recommendations were lower than current one, applying the lowest recent recommendation"
    When 45 seconds pass
    Then spec.replicas of deployment/web is 8

  Scenario: A dip that is shorter than the window changes nothing
    When pods of deployment/web use 10% cpu
    And 2 minutes pass
    Then horizontalpodautoscaler/web has condition AbleToScale with reason ScaleDownStabilized and message "recent recommendations were higher than current one, applying the highest recent recommendation"
    When pods of deployment/web use 50% cpu
    And 1 hour passes
    Then spec.replicas of deployment/web is 4

  Scenario Outline: Of several policies the one that changes most counts, or the one that changes least
    When I set spec.behavior of horizontalpodautoscaler/web to {scaleUp: {selectPolicy: <select>, policies: [{type: Pods, value: 1, periodSeconds: 600}, {type: Percent, value: 50, periodSeconds: 600}]}}
    And pods of deployment/web use 200% cpu
    And 2 minutes pass
    Then spec.replicas of deployment/web is <replicas>
    And horizontalpodautoscaler/web has condition ScalingLimited with reason ScaleUpLimit and message "the desired replica count is increasing faster than the maximum scale rate"

    Examples:
      | select | replicas |
      | Max    | 6        |
      | Min    | 5        |

  Scenario: A policy counts what was done within its period
    When I set spec.behavior of horizontalpodautoscaler/web to {scaleDown: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 1, periodSeconds: 120}]}}
    And pods of deployment/web use 1% cpu
    And 30 seconds pass
    Then spec.replicas of deployment/web is 3
    And horizontalpodautoscaler/web has condition ScalingLimited with reason ScaleDownLimit
    When 1 minute passes
    Then spec.replicas of deployment/web is 3
    When 90 seconds pass
    Then spec.replicas of deployment/web is 2

  Scenario: A direction may be forbidden
    When I set spec.behavior of horizontalpodautoscaler/web to {scaleUp: {selectPolicy: Disabled}}
    And pods of deployment/web use 200% cpu
    And 10 minutes pass
    Then spec.replicas of deployment/web is 4

  Scenario: Bounds are told
    When pods of deployment/web use 500% cpu
    And 10 minutes pass
    Then spec.replicas of deployment/web is 10
    And horizontalpodautoscaler/web has condition ScalingLimited with reason TooManyReplicas and message "the desired replica count is more than the maximum replica count"
    When pods of deployment/web use 0% cpu
    And 10 minutes pass
    Then spec.replicas of deployment/web is 2
    And horizontalpodautoscaler/web has condition ScalingLimited with reason TooFewReplicas and message "the desired replica count is less than the minimum replica count"

  Scenario: What cannot be is refused
    When I try to patch horizontalpodautoscaler/web with:
      """yaml
      spec: {minReplicas: 0}
      """
    Then it is refused with "must be greater than or equal to 1"
    When I try to patch horizontalpodautoscaler/web with:
      """yaml
      spec: {behavior: {scaleUp: {stabilizationWindowSeconds: 4000}}}
      """
    Then it is refused with "must be less than or equal to 3600"

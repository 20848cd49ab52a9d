Feature: HorizontalPodAutoscalers
  What pods use is scripted. An autoscaler looks every 15 seconds, and makes as many pods as the load asks for: up at once,
  down when five minutes have not asked for more.

  Background:
    Given a cluster with 3 nodes
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 1
            containers:
            - name: web
              image: nginx
              resources: {requests: {cpu: 200m, memory: 100Mi}}
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 8
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
      """

  Scenario: A load is met by more pods, and when it is over they go after five minutes
    Given pods of deployment/web use 1 cpu in all
    When the cluster settles
    Then there are 8 running pods of deployment/web
    And there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    And there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 8; reason: cpu resource utilization (percentage of request) above target"
    And condition ScalingLimited of horizontalpodautoscaler/web is True
    When I mark this moment
    And pods of deployment/web use 200m cpu in all
    And 4 minutes pass
    Then there are 8 running pods of deployment/web
    And horizontalpodautoscaler/web has condition AbleToScale with reason ScaleDownStabilized
    When the cluster settles
    Then there are 2 running pods of deployment/web
    And there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 2; reason: All metrics below target"
    And horizontalpodautoscaler/web matches the snapshot "at rest"

  Scenario: Without metrics nothing is scaled
    When 30 seconds pass
    Then condition ScalingActive of horizontalpodautoscaler/web is False
    And the message of condition ScalingActive of horizontalpodautoscaler/web is:
      """
      the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)
      """
    And there is a Warning event "FailedGetResourceMetric" for horizontalpodautoscaler/web
    And there are 2 running pods of deployment/web

  Scenario: Policies say how fast, and a scaling down may be forbidden
    When I set spec.behavior of horizontalpodautoscaler/web to {scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}, scaleDown: {selectPolicy: Disabled}}
    And pods of deployment/web use 100% cpu
    And 30 seconds pass
    Then spec.replicas of deployment/web is 3
    And condition ScalingLimited of horizontalpodautoscaler/web is True
    When 1 minute passes
    Then spec.replicas of deployment/web is 4
    When pods of deployment/web use 1% cpu
    And 1 hour passes
    Then there are 4 running pods of deployment/web

  Scenario: A number out of bounds is brought within them whatever the load
    When I scale deployment/web to 12
    And 30 seconds pass
    Then spec.replicas of deployment/web is 8
    And there is a Normal event "SuccessfulRescale" for horizontalpodautoscaler/web with message "New size: 8; reason: Current number of replicas above Spec.MaxReplicas"
    When I scale deployment/web to 0
    And 30 seconds pass
    Then spec.replicas of deployment/web is 0
    And condition ScalingActive of horizontalpodautoscaler/web is False

  Scenario: A target that is not there is told of
    When I set spec.scaleTargetRef.name of horizontalpodautoscaler/web to nobody
    And 30 seconds pass
    Then condition AbleToScale of horizontalpodautoscaler/web is False
    And there is a Warning event "FailedGetScale" for horizontalpodautoscaler/web with message "deployments/scale.apps * not found"

  @kubectl
  Scenario: kubectl makes an autoscaler and shows what it sees
    When I run `kubectl delete hpa web`
    And I run `kubectl autoscale deployment web --min=2 --max=5 --cpu-percent=50`
    Then the output is:
      """
      horizontalpodautoscaler.autoscaling/web autoscaled
      """
    When pods of deployment/web use 80% cpu
    And 31 seconds pass
    And I run `kubectl get hpa`
    Then the output matches the snapshot "scaled"

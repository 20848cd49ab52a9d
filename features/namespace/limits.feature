Feature: What a namespace may hold

  A ResourceQuota counts what is in its namespace and refuses what would be too much. A LimitRange says what containers ask
  for when they say nothing, and how much or little that may be.

  Background:
    Given a cluster with 1 node

  Scenario: A quota counts what is there and refuses what goes over it
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata:
        name: compute
      spec:
        hard:
          pods: 3
          requests.cpu: 1
      """
    Then status.hard.pods of resourcequota/compute is 3
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx
          resources:
            requests:
              cpu: 600m
      """
    Then status.used[requests.cpu] of resourcequota/compute is 600m
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: api
      spec:
        containers:
        - name: api
          image: nginx
          resources:
            requests:
              cpu: 500m
      """
    Then it is refused as Forbidden with:
      """
      pods "api" is forbidden: exceeded quota: compute, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1
      """
    When I delete pod/web
    And 1 minute passes
    Then status.used.pods of resourcequota/compute is 0

  Scenario: A pod that says nothing of what is counted is refused
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata:
        name: compute
      spec:
        hard:
          requests.cpu: 1
      """
    And I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx
      """
    Then it is refused with "failed quota: compute: must specify requests.cpu for: web"

  Scenario: Containers that say nothing get what the limit range says
    When I apply:
      """yaml
      apiVersion: v1
      kind: LimitRange
      metadata:
        name: defaults
      spec:
        limits:
        - type: Container
          default:
            cpu: 200m
          defaultRequest:
            memory: 32Mi
          max:
            memory: 1Gi
      """
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx
      """
    Then spec.containers[0].resources.requests.cpu of pod/web is 200m
    And spec.containers[0].resources.requests.memory of pod/web is 32Mi
    And spec.containers[0].resources.limits.memory of pod/web is 1Gi
    And metadata.annotations[kubernetes.io/limit-ranger] of pod/web is "LimitRanger plugin set: cpu, memory request for container web; cpu, memory limit for container web"
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: big
      spec:
        containers:
        - name: big
          image: nginx
          resources:
            limits:
              memory: 2Gi
      """
    Then it is refused as Forbidden with:
      """
      pods "big" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi
      """

Feature: What a quota counts
  Pods and what they ask for, objects of any kind, storage by class, node ports; all pods or those in a scope. What comes is counted when
  it is admitted; what goes is given back.

  Background:
    Given a cluster with 2 nodes

  Scenario: Objects are counted by kind
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: objects}
      spec: {hard: {configmaps: 2, count/deployments.apps: 1, services.nodeports: 1, persistentvolumeclaims: 1, requests.storage: 5Gi}}
      """
    And the cluster settles
    Then status.used of resourcequota/objects is {configmaps: "1", count/deployments.apps: "0", persistentvolumeclaims: "0", requests.storage: "0", services.nodeports: "0"}
    When I apply "../deployment/web.yaml"
    And I try to create:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: second}
      spec:
        selector: {matchLabels: {app: second}}
        template:
          metadata: {labels: {app: second}}
          spec: {containers: [{name: web, image: nginx}]}
      """
    Then it is refused as Forbidden with:
      """
      deployments.apps "second" is forbidden: exceeded quota: objects, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1
      """
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, ports: [{port: 80}]}
      """
    And I try to create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, ports: [{port: 80}]}
      """
    Then it is refused as Forbidden with:
      """
      services "other" is forbidden: exceeded quota: objects, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1
      """
    When I try to create:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 6Gi}}}
      """
    Then it is refused as Forbidden with:
      """
      persistentvolumeclaims "data" is forbidden: exceeded quota: objects, requested: requests.storage=6Gi, used: requests.storage=0, limited: requests.storage=5Gi
      """
    When I delete deployment/web
    And the cluster settles
    Then status.used[count/deployments.apps] of resourcequota/objects is 0

  Scenario: A pod that came to its end is not counted any more
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: pods}
      spec: {hard: {pods: 1, requests.cpu: 1, limits.memory: 1Gi}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: once}
      spec:
        restartPolicy: Never
        containers: [{name: c, image: busybox, command: [sleep, "5"], resources: {requests: {cpu: 500m}, limits: {memory: 100Mi}}}]
      """
    And 3 seconds pass
    Then status.used of resourcequota/pods is {limits.memory: 100Mi, pods: "1", requests.cpu: 500m}
    When 5 seconds pass
    Then pod/once is succeeded
    And status.used of resourcequota/pods is {limits.memory: "0", pods: "0", requests.cpu: "0"}

  Scenario: A quota that was there later counts what it finds, and does not remove anything
    When I apply "../deployment/web.yaml"
    And the cluster settles
    And I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: pods}
      spec: {hard: {pods: 2}}
      """
    And the cluster settles
    Then status.used.pods of resourcequota/pods is 4
    And there are 4 running pods of deployment/web

  Scenario: Two quotas, one of them in a scope
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: best-effort}
      spec: {hard: {pods: 1}, scopes: [BestEffort]}
      ---
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: important}
      spec:
        hard: {pods: 1}
        scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: {name: high}
      value: 1000
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec: {priorityClassName: high, containers: [{name: c, image: nginx}]}
      """
    And the cluster settles
    Then status.used.pods of resourcequota/best-effort is 1
    And status.used.pods of resourcequota/important is 1
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec: {priorityClassName: high, containers: [{name: c, image: nginx, resources: {requests: {cpu: 1}}}]}
      """
    Then it is refused as Forbidden with:
      """
      pods "second" is forbidden: exceeded quota: important, requested: pods=1, used: pods=1, limited: pods=1
      """
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 1}}}]}
      """
    Then it is accepted

  @kubectl
  Scenario: What kubectl says of a quota
    When I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: pods}
      spec: {hard: {pods: 2, requests.cpu: 1}}
      """
    And the cluster settles
    And I run `kubectl describe quota pods`
    Then the output contains:
      """
      Resource      Used  Hard
      --------      ----  ----
      pods          0     2
      requests.cpu  0     1
      """
    When I run `kubectl get quota pods`
    Then the output contains "pods: 0/2, requests.cpu: 0/1"

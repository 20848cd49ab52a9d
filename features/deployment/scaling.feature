Feature: Deployments and their number of pods
  The article on scheduling (001) creates the Deployment web on a cluster whose first node has the taint
  env=dev:NoSchedule, scales it to five, and shows that every pod is on the second node. The article on DaemonSets (000)
  says that a Deployment of six or nine replicas on three nodes runs several of them on a node, and that the scheduler
  decides where.

  @kubectl
  Scenario: A Deployment is created and scaled beside a tainted node
    Given a cluster with nodes:
      | NAME       |
      | k8s-node-1 |
      | k8s-node-2 |
    When I run `kubectl taint node k8s-node-1 env=dev:NoSchedule`
    And I run `kubectl create deployment web --image=nginx`
    Then the output is:
      """
      deployment.apps/web created
      """
    When I run `kubectl scale deployment web --replicas=5`
    Then the output is:
      """
      deployment.apps/web scaled
      """
    When I run `kubectl get pods -o wide`
    Then the output matches the snapshot "starting"
    When the cluster settles
    Then the pods of deployment/web are:
      | NAME            | READY | STATUS  | RESTARTS | NODE       |
      | web-*           | 1/1   | Running | 0        | k8s-node-2 |
      | web-*           | 1/1   | Running | 0        | k8s-node-2 |
      | web-*           | 1/1   | Running | 0        | k8s-node-2 |
      | web-*           | 1/1   | Running | 0        | k8s-node-2 |
      | web-*           | 1/1   | Running | 0        | k8s-node-2 |
    When I run `kubectl taint nodes k8s-node-1 env:NoSchedule-`
    And the cluster settles
    Then there are 5 running pods of deployment/web on k8s-node-2

  Scenario Outline: Six and nine replicas on three nodes
    Given a cluster with 3 nodes
    When I apply "web.yaml"
    And I scale deployment/web to <replicas>
    And the cluster settles
    Then there are <replicas> running pods of deployment/web
    And there are <each> running pods of deployment/web on node-0
    And there are <each> running pods of deployment/web on node-1
    And there are <each> running pods of deployment/web on node-2

    Examples:
      | replicas | each |
      | 6        | 2    |
      | 9        | 3    |

  Scenario: A Deployment is made step by step
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    Then deployment/web is rolled out
    And the deployments are:
      | NAME | READY | UP-TO-DATE | AVAILABLE | CONTAINERS | IMAGES  | SELECTOR |
      | web  | 4/4   | 4          | 4         | web        | nginx:1 | app=web  |
    And replicaset/web-* is owned by deployment/web
    And there is a Normal event "ScalingReplicaSet" for deployment/web with message "Scaled up replica set web-* from 0 to 4"
    And deployment/web has condition Available with reason MinimumReplicasAvailable and message "Deployment has minimum availability."
    And deployment/web has condition Progressing with reason NewReplicaSetAvailable
    And the trace of deployment/web matches the snapshot "made"

  Scenario: A pod that is deleted or fails is replaced
    Given a cluster with 1 node
    When I apply "web.yaml"
    And I scale deployment/web to 1
    And the cluster settles
    And I mark this moment
    And I delete the pod of deployment/web on node-0
    And the cluster settles
    Then there is 1 running pod of deployment/web
    And 1 pod of deployment/web was created
    When I patch the status of the pod of deployment/web on node-0 with:
      """yaml
      status: {phase: Failed}
      """
    And the cluster settles
    Then there is 1 running pod of deployment/web
    And there is 1 failed pod of deployment/web

  Scenario: Pods that quota refuses are told of by the ReplicaSet and the Deployment
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: small}
      spec: {hard: {pods: 2}}
      """
    When I apply "web.yaml"
    And 1 minute passes
    Then there are 2 running pods of deployment/web
    And deployment/web has condition ReplicaFailure with reason FailedCreate
    And condition Available of deployment/web is False
    And there is a Warning event "FailedCreate" for replicaset/web-* with message "Error creating: pods *web-* is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2"
    When I set spec.hard.pods of resourcequota/small to 4
    And 1 hour passes
    Then deployment/web is rolled out
    And deployment/web does not have condition ReplicaFailure

Feature: Deployments beside DaemonSets, ReplicaSets and Jobs
  What the articles say of Deployments where they explain other workloads by them.

  Scenario: A ReplicaSet keeps the number of pods, and does not update them
    The article on DaemonSets (000) says that a ReplicaSet meets the number that is asked for, but is not good at updates, for which
    Deployments were put above it.
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: front}
      spec:
        replicas: 4
        selector: {matchLabels: {app: front}}
        template:
          metadata: {labels: {app: front}}
          spec: {containers: [{name: web, image: "nginx:1"}]}
      """
    And the cluster settles
    When I mark this moment
    And I set the image of replicaset/front container web to nginx:2
    And I set the image of deployment/web container web to nginx:2
    And the cluster settles
    Then no pods of replicaset/front were removed
    And 4 pods of deployment/web were created
    And 4 pods of deployment/web were removed

  Scenario: What goes down is made again
    The article on DaemonSets (000) says that a pod that goes down is made again by a Deployment, a ReplicaSet or a DaemonSet, and that
    a Job's is not once it has done its work.
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: front}
      spec:
        replicas: 1
        selector: {matchLabels: {app: front}}
        template:
          metadata: {labels: {app: front}}
          spec: {containers: [{name: web, image: nginx}]}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: {name: backup}
      spec:
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: busybox, command: [sleep, "5"]}]
      """
    And I apply "web.yaml"
    And I apply "../daemonset/web-daemonset.yaml"
    And the cluster settles
    When I scale deployment/web to 1
    And the cluster settles
    And I mark this moment
    And I delete the pod of deployment/web on node-0
    And I delete the pod of replicaset/front on node-0
    And I delete the pod of daemonset/web-daemonset on node-0
    And I delete the pod of job/backup on node-0
    And the cluster settles
    Then there is 1 running pod of deployment/web
    And there is 1 running pod of replicaset/front
    And there is 1 running pod of daemonset/web-daemonset
    And there are no pods of job/backup
    And job/backup is complete

  Scenario: The pods of a Deployment are spread over the nodes, several on each; a new node gets none of them
    The article on the DaemonSet controller (003) tells Deployments from DaemonSets by it: a Deployment's pods are spread over the nodes,
    each of which may run several, and a DaemonSet has one on each.
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And I scale deployment/web to 9
    And I apply "../daemonset/web-daemonset.yaml"
    And the cluster settles
    Then there are 3 running pods of deployment/web on node-0
    And there are 3 running pods of deployment/web on node-1
    And there are 3 running pods of deployment/web on node-2
    And there is 1 running pod of daemonset/web-daemonset on node-2
    When node/node-3 joins
    And the cluster settles
    Then there are no pods of deployment/web on node-3
    And there is 1 running pod of daemonset/web-daemonset on node-3
    When node/node-0 is deleted
    And the cluster settles
    Then there are 9 running pods of deployment/web
    And there are 3 running pods of daemonset/web-daemonset

  Scenario: A DaemonSet's strategies are not all a Deployment's
    The article from the cloud course (002) calls the two alike, and names RollingUpdate and OnDelete. A Deployment has RollingUpdate and
    Recreate.
    Given a cluster with 1 node
    And I apply "web.yaml"
    When I try to patch deployment/web with:
      """yaml
      spec: {strategy: {type: OnDelete, rollingUpdate: null}}
      """
    Then it is refused as Invalid with:
      """
      Deployment.apps "web" is invalid: spec.strategy: Unsupported value: {"Type":"OnDelete","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"
      """
    When I try to patch deployment/web with:
      """yaml
      spec: {strategy: {type: Recreate}}
      """
    Then it is refused as Invalid with:
      """
      Deployment.apps "web" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'
      """

Feature: What the article "The DaemonSet controller" (003_c727e08e1a3ecfe8.txt) says

  Background:
    Given a cluster with nodes:
      | NAME       | LABELS                                 | TAINTS                                           |
      | k8s-master | node-role.kubernetes.io/control-plane= | node-role.kubernetes.io/control-plane:NoSchedule |
      | k8s-node1  |                                        |                                                  |
      | k8s-node2  |                                        |                                                  |

  @kubectl
  Scenario: A log collector on every node
    The article says: the manifest of fluentd puts a pod on each node of the cluster; its toleration lets it run on the master,
    and it reads the logs of the node in /var/log.
    When I run `kubectl apply -f ../daemonset/elasticsearch-fluentd.yaml`
    Then the output is:
      """
      daemonset.apps/elasticsearch-fluentd created
      """
    When the cluster settles
    And I run `kubectl get pods -o wide`
    Then the output contains "1/1     Running   0 * k8s-master   <none>           <none>"
    And the output contains "1/1     Running   0 * k8s-node1    <none>           <none>"
    And the output contains "1/1     Running   0 * k8s-node2    <none>           <none>"
    And spec.volumes[name=system-log].hostPath.path of the pod of daemonset/elasticsearch-fluentd on k8s-master is /var/log

  Scenario: Pods come and go with the nodes
    The article says: when a node joins or is removed the controller makes or deletes its pod; it listens for changes of
    daemonsets, pods and nodes, and moves towards what is described whenever one of them changes.
    When I apply "../daemonset/elasticsearch-fluentd.yaml"
    And the cluster settles
    And node/k8s-node3 joins
    And the cluster settles
    Then there are 4 running pods of daemonset/elasticsearch-fluentd
    When node/k8s-node3 is deleted
    And 3 minutes pass
    Then there are 3 pods of daemonset/elasticsearch-fluentd
    When I delete the pod of daemonset/elasticsearch-fluentd on k8s-node1
    And the cluster settles
    Then there are 3 running pods of daemonset/elasticsearch-fluentd
    When I set spec.template.spec.nodeSelector of daemonset/elasticsearch-fluentd to {"node-role.kubernetes.io/control-plane": ""}
    And the cluster settles
    Then the pods of daemonset/elasticsearch-fluentd are:
      | NAME                    | STATUS  | NODE       |
      | elasticsearch-fluentd-* | Running | k8s-master |

  Scenario: At most one pod on a node, where a Deployment may have several
    The article says: several pods of a Deployment can be on one node, of a DaemonSet there is at most one.
    When I apply "../daemonset/elasticsearch-fluentd.yaml"
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 5
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
      """
    And the cluster settles
    Then there is 1 running pod labelled app=elasticsearch-fluentd on k8s-node1
    And there are 2 running pods labelled app=web on k8s-node2
    And there are 3 running pods labelled app=web on k8s-node1

  Scenario: What is to be done before the daemon starts
    The article says: a DaemonSet can do something before its daemon starts. That is what init containers are for, as in any
    pod.
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: storage}
      spec:
        selector: {matchLabels: {app: storage}}
        template:
          metadata: {labels: {app: storage}}
          spec:
            initContainers: [{name: load-module, image: busybox, command: [sleep, "20"]}]
            containers: [{name: glusterd, image: nginx}]
      """
    And 10 seconds pass
    Then status.numberReady of daemonset/storage is 0
    And there are 2 pending pods of daemonset/storage
    When the cluster settles
    Then status.numberReady of daemonset/storage is 2

  @kubectl
  Scenario: web-daemonset is updated by another apply
    The article says: with maxUnavailable 1, only the image is changed and the manifest applied again; the old pods are deleted
    first and the new ones made then, as a node cannot hold two; `describe pod | grep Image` shows the new one.
    When I run `kubectl apply -f ../daemonset/web-daemonset.yaml`
    Then the output is:
      """
      daemonset.apps/web-daemonset created
      """
    When the cluster settles
    And I run `kubectl get pods -o wide -l app=web-daemonset --no-headers | wc -l`
    Then the output is:
      """
      3
      """
    When I mark this moment
    And I run `sed s/nginx:1.18.0/nginx:latest/ ../daemonset/web-daemonset.yaml | kubectl apply -f -`
    Then the output is:
      """
      daemonset.apps/web-daemonset configured
      """
    When the cluster settles
    Then at most 3 pods of daemonset/web-daemonset ran at once
    And never more than 1 pod of daemonset/web-daemonset was unavailable
    When I run `kubectl describe pod -l app=web-daemonset | grep Image: | sort | uniq -c`
    Then the output contains "3     Image:          nginx:latest"

  Scenario: All at once, or some at a time
    The article says: in an update all pods can be replaced at once, or the old ones little by little before the new version
    runs. maxUnavailable is what says so.
    When I apply "../daemonset/web-daemonset.yaml"
    And the cluster settles
    And I patch daemonset/web-daemonset with:
      """yaml
      spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 100%}}}
      """
    And I set the image of daemonset/web-daemonset container web-daemonset to nginx:latest
    And 1 second passes
    Then status.updatedNumberScheduled of daemonset/web-daemonset is 3
    When the cluster settles
    Then status.updatedNumberScheduled of daemonset/web-daemonset is 3

  Scenario: OnDelete does nothing by itself
    The article says: OnDelete updates nothing by default; a pod has to be deleted by hand.
    When I apply "../daemonset/web-daemonset.yaml"
    And I set spec.updateStrategy of daemonset/web-daemonset to {type: OnDelete}
    And the cluster settles
    And I set the image of daemonset/web-daemonset container web-daemonset to nginx:latest
    And 1 hour passes
    Then spec.containers[0].image of the pod of daemonset/web-daemonset on k8s-node1 is "nginx:1.18.0"
    When I delete the pod of daemonset/web-daemonset on k8s-node1
    And the cluster settles
    Then spec.containers[0].image of the pod of daemonset/web-daemonset on k8s-node1 is "nginx:latest"
    And spec.containers[0].image of the pod of daemonset/web-daemonset on k8s-node2 is "nginx:1.18.0"

Feature: A log collector on every node
  A DaemonSet keeps one pod on every node, on those of the control plane too when its pods tolerate their taint.

  Background:
    Given a cluster with nodes:
      | NAME       | LABELS                                 | TAINTS                                           |
      | k8s-master | node-role.kubernetes.io/control-plane= | node-role.kubernetes.io/control-plane:NoSchedule |
      | k8s-node1  |                                        |                                                  |
      | k8s-node2  |                                        |                                                  |

  Scenario: fluentd runs on every node, the control plane's included
    When I apply "elasticsearch-fluentd.yaml"
    And the cluster settles
    Then the daemonsets are:
      | NAME                  | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR |
      | elasticsearch-fluentd | 3       | 3       | 3     | 3          | 3         | <none>        |
    And the pods of daemonset/elasticsearch-fluentd are:
      | NAME                    | READY | STATUS  | NODE       |
      | elasticsearch-fluentd-* | 1/1   | Running | k8s-master |
      | elasticsearch-fluentd-* | 1/1   | Running | k8s-node1  |
      | elasticsearch-fluentd-* | 1/1   | Running | k8s-node2  |
    And the cluster matches the snapshot "on every node"
    And the trace matches the snapshot "rolled out"

  Scenario: Without the toleration the control plane is left out
    When I apply "elasticsearch-fluentd.yaml"
    And I remove spec.template.spec.tolerations of daemonset/elasticsearch-fluentd
    And the cluster settles
    Then the daemonsets are:
      | NAME                  | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | elasticsearch-fluentd | 2       | 2       | 2     | 2          | 2         |
    And there are 0 pods of daemonset/elasticsearch-fluentd on k8s-master

  Scenario: A toleration of another taint does not help
    When I apply "fluentd-elasticsearch.yaml"
    And the cluster settles
    Then status.desiredNumberScheduled of daemonset/fluentd-elasticsearch in namespace kube-system is 2

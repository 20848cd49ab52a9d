Feature: What the article "Other kinds of pods" (004_ffa33a61927bd953.txt) says of DaemonSets

  Background:
    Given a cluster with nodes:
      | NAME   | LABELS   | TAINTS                                           |
      | master |          | node-role.kubernetes.io/control-plane:NoSchedule |
      | node-1 | disk=ssd |                                                  |
      | node-2 | disk=hdd |                                                  |

  Scenario: All nodes, or some of them, as they come and go
    The article says: all nodes, or some, run one pod; a node that joins gets one, the pod of a node that is removed is
    collected, and deleting the DaemonSet deletes all its pods.
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    Then there are 2 running pods of daemonset/web
    When node/node-3 joins
    And the cluster settles
    Then there is 1 running pod of daemonset/web on node-3
    When node/node-3 is deleted
    And 3 minutes pass
    Then there are 2 pods of daemonset/web
    When I delete daemonset/web
    And the cluster settles
    Then there are 0 pods

  Scenario: Two DaemonSets for one kind of daemon
    The article says: one can have several DaemonSets for the same daemon, with other flags, and other memory and CPU for
    other hardware.
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: cache-ssd}
      spec:
        selector: {matchLabels: {app: cache, disk: ssd}}
        template:
          metadata: {labels: {app: cache, disk: ssd}}
          spec:
            nodeSelector: {disk: ssd}
            containers: [{name: c, image: nginx, resources: {requests: {cpu: "2", memory: 4Gi}}}]
      ---
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: cache-hdd}
      spec:
        selector: {matchLabels: {app: cache, disk: hdd}}
        template:
          metadata: {labels: {app: cache, disk: hdd}}
          spec:
            nodeSelector: {disk: hdd}
            containers: [{name: c, image: nginx, resources: {requests: {cpu: 500m, memory: 1Gi}}}]
      """
    And the cluster settles
    Then the daemonsets are:
      | NAME      | DESIRED | READY | NODE SELECTOR |
      | cache-hdd | 1       | 1     | disk=hdd      |
      | cache-ssd | 1       | 1     | disk=ssd      |
    And spec.containers[0].resources.requests.memory of the pod of daemonset/cache-ssd on node-1 is 4Gi
    And spec.containers[0].resources.requests.memory of the pod of daemonset/cache-hdd on node-2 is 1Gi

  Scenario: A node selector, or an affinity, or all nodes
    The article says: with nodeSelector the pods are on the nodes that match it, with an affinity on those that match that, and
    with neither on all.
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    Then there are 2 running pods of daemonset/web
    When I set spec.template.spec.nodeSelector of daemonset/web to {disk: ssd}
    And the cluster settles
    Then there is 1 pod of daemonset/web
    And there is 1 running pod of daemonset/web on node-1
    When I patch daemonset/web with:
      """yaml
      spec:
        template:
          spec:
            nodeSelector: null
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                  - matchExpressions: [{key: disk, operator: NotIn, values: [ssd]}]
      """
    And the cluster settles
    Then there is 1 running pod of daemonset/web on node-2
    And there are 0 pods of daemonset/web on node-1

  @kubectl
  Scenario: The first example has its selector in the wrong column
    The article shows this manifest, in which `name` is beside matchLabels and not below it. There is no such field.
    When I run `kubectl apply -f ./004_daemonset-test.yaml`
    Then it fails with exit code 1
    And the error output contains "DaemonSet in version *v1* cannot be handled as a DaemonSet: strict decoding error: unknown field *spec.selector.name*"
    When I run `sed 's/^    name: dea/      name: dea/' 004_daemonset-test.yaml | kubectl apply -f -`
    Then the output is:
      """
      daemonset.apps/deamonset-example created
      """
    When the cluster settles
    And I run `kubectl get daemonsets`
    Then the output is:
      """
      NAME                DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
      deamonset-example   2         2         2       2            2           <none>          *
      """
    When I run `kubectl get pods --namespace default --no-headers | wc -l`
    Then the output is:
      """
      2
      """

  @kubectl
  Scenario: The second example tolerates a taint that is gone
    The article says: fluentd-elasticsearch runs on every node. Its toleration is for the taint of the master of old; since 1.24
    the taint is node-role.kubernetes.io/control-plane, so that there is none on that node.
    When I apply "../daemonset/fluentd-elasticsearch.yaml"
    And the cluster settles
    And I run `kubectl get daemonsets.apps fluentd-elasticsearch --namespace kube-system`
    Then the output is:
      """
      NAME                    DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
      fluentd-elasticsearch   2         2         2       2            2           <none>          *
      """

  @kubectl
  Scenario: Pods are found by --selector
    The article writes `kubectl get pods --label name=..`. There is no such flag: it is called --selector, or -l.
    When I apply "../daemonset/fluentd-elasticsearch.yaml"
    And the cluster settles
    And I run `kubectl get pods --namespace kube-system --label name=fluentd-elasticsearch`
    Then it fails with exit code 1
    And the error output contains "unknown flag: --label"
    When I run `kubectl get pods --namespace kube-system --selector name=fluentd-elasticsearch --no-headers | wc -l`
    Then the output is:
      """
      2
      """

  Scenario: What the controller does at each change
    The article says: at a change of a node the controller looks whether it has its pod; if not, one is made. If there is one
    its version is compared: with RollingUpdate it is replaced, with OnDelete only when it is deleted.
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    And I set spec.updateStrategy of daemonset/web to {type: OnDelete}
    And I set the image of daemonset/web container web to nginx:1.30
    And node/node-3 joins
    And the cluster settles
    Then spec.containers[0].image of the pod of daemonset/web on node-3 is "nginx:1.30"
    And spec.containers[0].image of the pod of daemonset/web on node-1 is "nginx:1"
    When I set spec.updateStrategy of daemonset/web to {type: RollingUpdate}
    And the cluster settles
    Then spec.containers[0].image of the pod of daemonset/web on node-1 is "nginx:1.30"
    And status.updatedNumberScheduled of daemonset/web is 3

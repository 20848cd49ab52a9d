Feature: What the article "Stateless pod controllers, part 2" (000_a1c26436f550bbe4.txt) says of DaemonSets

  Background:
    Given a cluster with nodes:
      | NAME          | LABELS                                 | TAINTS                                           |
      | node1.cce.com | node-role.kubernetes.io/control-plane= | node-role.kubernetes.io/control-plane:NoSchedule |
      | node2.cce.com |                                        |                                                  |
      | node3.cce.com |                                        |                                                  |
    And I use namespace cce

  @kubectl
  Scenario: One pod on each node, and nobody says how many
    The article says: nobody tells a DaemonSet how many pods to run, only their template and the selector; there is one on each
    node. Its picture shows two on three nodes: the control plane's taint keeps the third away.
    When I apply "000_daemonset.yaml"
    And 194 seconds pass
    And I run `kubectl get pods -n cce -l app=busybox -o wide`
    Then the output is:
      """
      NAME                     READY   STATUS    RESTARTS   AGE     IP           NODE            NOMINATED NODE   READINESS GATES
      daemonsetbusybox-*   1/1     Running   0          3m14s   10.*   node2.cce.com   <none>           <none>
      daemonsetbusybox-*   1/1     Running   0          3m14s   10.*   node3.cce.com   <none>           <none>
      """

  Scenario: A Deployment may put several pods on one node
    The article says: six or nine pods of a Deployment run on three nodes, several of them on one; on which is the scheduler's
    to say.
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 6
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
      """
    And the cluster settles
    Then there are 3 running pods labelled app=web on node2.cce.com
    And there are 3 running pods labelled app=web on node3.cce.com

  Scenario: A node that joins gets a pod, and the pods of nodes that leave go nowhere else
    The article says: a node that is added later gets its daemon by itself; if two nodes are taken away their pods are not run
    on the others.
    When I apply "000_daemonset.yaml"
    And the cluster settles
    And node/node4.cce.com joins
    And node/node5.cce.com joins
    And the cluster settles
    Then there are 4 running pods of daemonset/daemonsetbusybox
    When node/node4.cce.com is deleted
    And node/node5.cce.com is deleted
    And 3 minutes pass
    Then there are 2 pods of daemonset/daemonsetbusybox
    And there is 1 running pod of daemonset/daemonsetbusybox on node2.cce.com
    And there is 1 running pod of daemonset/daemonsetbusybox on node3.cce.com

  Scenario: Only on the nodes with a graphics card
    The article says: of five nodes three have a graphics card; with labels on those and a node selector the daemon runs on
    these three alone.
    Given node/node4.cce.com joins
    And node/node5.cce.com joins
    When I label node/node2.cce.com gpu=yes
    And I label node/node3.cce.com gpu=yes
    And I label node/node5.cce.com gpu=yes
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: training}
      spec:
        selector: {matchLabels: {app: training}}
        template:
          metadata: {labels: {app: training}}
          spec:
            nodeSelector: {gpu: "yes"}
            containers: [{name: c, image: busybox, command: [sleep, "100000"]}]
      """
    And the cluster settles
    Then the pods of daemonset/training are:
      | NAME       | STATUS  | NODE          |
      | training-* | Running | node2.cce.com |
      | training-* | Running | node3.cce.com |
      | training-* | Running | node5.cce.com |

  Scenario: A pod is taken away before its successor comes
    The article says: a DaemonSet can only remove first and add then, as there is one pod on each node. That is the default.
    When I apply "000_daemonset.yaml"
    And the cluster settles
    And I mark this moment
    And I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And 15 seconds pass
    Then there is 1 terminating pod of daemonset/daemonsetbusybox
    And there are 2 pods of daemonset/daemonsetbusybox
    When the cluster settles
    Then at most 2 pods of daemonset/daemonsetbusybox ran at once

  Scenario: Today the successor can come first
    The article says that removing first is all that a DaemonSet can do. Since 1.22 there is maxSurge, by which the new pod
    is added to a node before the old one leaves it.
    When I apply "000_daemonset.yaml"
    And I patch daemonset/daemonsetbusybox with:
      """yaml
      spec: {updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}}
      """
    And the cluster settles
    And I mark this moment
    And I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And the cluster settles
    Then never more than 0 pods of daemonset/daemonsetbusybox were unavailable
    And there are 2 running pods of daemonset/daemonsetbusybox

  Scenario: OnDelete replaces what somebody deletes
    The article says: with OnDelete one is replaced for each that is deleted by hand, the old one first.
    When I apply "000_daemonset.yaml"
    And I set spec.updateStrategy of daemonset/daemonsetbusybox to {type: OnDelete}
    And the cluster settles
    And I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And 1 hour passes
    Then status.updatedNumberScheduled of daemonset/daemonsetbusybox is not set
    When I delete the pod of daemonset/daemonsetbusybox on node2.cce.com
    And the cluster settles
    Then the pods of daemonset/daemonsetbusybox are:
      | NODE          | IMAGES         |
      | node2.cce.com | busybox:latest |
      | node3.cce.com | busybox:1.31   |

  Scenario: RollingUpdate takes as many nodes at once as it is told
    The article says: with RollingUpdate one can choose how many nodes are updated at once, and the old pod is removed first.
    When I apply "000_daemonset.yaml"
    And I patch daemonset/daemonsetbusybox with:
      """yaml
      spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 2}}}
      """
    And the cluster settles
    And I set the image of daemonset/daemonsetbusybox container busybox to busybox:latest
    And 15 seconds pass
    Then there are 2 terminating pods of daemonset/daemonsetbusybox

  @kubectl
  Scenario: The second version, as kubectl tells of it
    The article says: after `kubectl set image -f test.yml` the UP-TO-DATE column is 0 and rises, and `rollout status` tells of
    each node until the DaemonSet is rolled out.
    When I apply "000_daemonset.yaml"
    And 113 seconds pass
    And I run `kubectl get ds -n cce -o wide --show-labels`
    Then the output is:
      """
      NAME               DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE    CONTAINERS   IMAGES         SELECTOR      LABELS
      daemonsetbusybox   2         2         2       2            2           <none>          113s   busybox      busybox:1.31   app=busybox   <none>
      """
    When I run `kubectl set image -f 000_daemonset.yaml busybox=busybox:latest`
    Then the output is:
      """
      daemonset.apps/daemonsetbusybox image updated
      """
    When I run `kubectl get ds -n cce -o wide --show-labels`
    Then the output is:
      """
      NAME               DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE    CONTAINERS   IMAGES           SELECTOR      LABELS
      daemonsetbusybox   2         2         2       0            2           <none>          113s   busybox      busybox:latest   app=busybox   <none>
      """
    When I run `kubectl rollout status -n cce daemonset daemonsetbusybox`
    Then it succeeds
    And the output contains:
      """
      Waiting for daemon set "daemonsetbusybox" rollout to finish: 0 out of 2 new pods have been updated...
      """
    And the output contains:
      """
      Waiting for daemon set "daemonsetbusybox" rollout to finish: 1 out of 2 new pods have been updated...
      """
    And the output contains:
      """
      Waiting for daemon set "daemonsetbusybox" rollout to finish: 1 of 2 updated pods are available...
      daemon set "daemonsetbusybox" successfully rolled out
      """

  @kubectl
  Scenario: A node is labelled later
    The article says: with the node selector daemon=true there are no resources in the namespace until node2 is labelled, and
    then there is a pod at once.
    When I apply "../daemonset/busybox-on-labelled-nodes.yaml"
    And 1 minute passes
    And I run `kubectl get pods -n cce`
    Then the error output is:
      """
      No resources found in cce namespace.
      """
    When I run `kubectl label nodes node2.cce.com daemon=true`
    Then the output is:
      """
      node/node2.cce.com labeled
      """
    When I run `kubectl get pods -n cce -o wide`
    Then the output contains "0/1     ContainerCreating   0          0s    <none>   node2.cce.com   <none>           <none>"

  @kubectl
  Scenario: The two strategies are explained
    The article says: `kubectl explain daemonset.spec.updateStrategy` tells of OnDelete and RollingUpdate.
    When I run `kubectl explain daemonset.spec.updateStrategy`
    Then it succeeds
    And the output contains "FIELD: updateStrategy <DaemonSetUpdateStrategy>"
    And the output contains "enum: OnDelete, RollingUpdate"
    And the output contains "OnDelete* Replace the old daemons only when it*s killed"

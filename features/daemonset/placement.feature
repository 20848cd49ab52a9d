Feature: Where daemon pods belong
  The node's name, labels and taints decide which nodes run a daemon pod; the scheduler binds the pod there.

  Scenario: The pod is tied to its node by the node's name, in place of the user's own terms
    Given a cluster with nodes:
      | NAME   | LABELS |
      | node-0 | zone=a |
      | node-1 | zone=b |
      | node-2 | zone=c |
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata:
        name: web
      spec:
        selector:
          matchLabels:
            app: web
        template:
          metadata:
            labels:
              app: web
          spec:
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                  - matchExpressions:
                    - key: zone
                      operator: In
                      values: [a, b]
                  - matchExpressions:
                    - key: zone
                      operator: DoesNotExist
            containers:
            - name: web
              image: nginx:1
      """
    And the cluster settles
    Then the pods of daemonset/web are:
      | NAME  | NODE   |
      | web-* | node-0 |
      | web-* | node-1 |
    And spec.affinity of the pod of daemonset/web on node-1 is {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [node-1]}]}]}}}

  Scenario: Daemon pods tolerate a node's troubles
    Given a cluster with 1 node
    When I apply "web.yaml"
    And the cluster settles
    Then spec.tolerations of the pod of daemonset/web on node-0 is [{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute}, {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute}, {key: node.kubernetes.io/disk-pressure, operator: Exists, effect: NoSchedule}, {key: node.kubernetes.io/memory-pressure, operator: Exists, effect: NoSchedule}, {key: node.kubernetes.io/pid-pressure, operator: Exists, effect: NoSchedule}, {key: node.kubernetes.io/unschedulable, operator: Exists, effect: NoSchedule}]

  Scenario: On the host's network they tolerate a network that is not there as well
    Given a cluster with 1 node
    When I apply "web.yaml"
    And I set spec.template.spec.hostNetwork of daemonset/web to true
    And the cluster settles
    Then spec.tolerations[key=node.kubernetes.io/network-unavailable].effect of the pod of daemonset/web on node-0 is NoSchedule

  Scenario: A cordoned node still gets its daemon pod
    Given a cluster with 2 nodes
    When I cordon node/node-1
    And I apply "web.yaml"
    And the cluster settles
    Then there are 2 running pods of daemonset/web
    And there is 1 running pod of daemonset/web on node-1

  Scenario: A NoSchedule taint keeps pods away, and removing it lets one in
    Given a cluster with nodes:
      | NAME   | TAINTS            |
      | node-0 |                   |
      | node-1 | gpu=no:NoSchedule |
    When I apply "web.yaml"
    And the cluster settles
    Then the pods of daemonset/web are:
      | NAME  | NODE   |
      | web-* | node-0 |
    When I taint node/node-1 gpu:NoSchedule-
    And the cluster settles
    Then there are 2 running pods of daemonset/web

  Scenario: The template gains the toleration
    Given a cluster with nodes:
      | NAME   | TAINTS                 |
      | node-0 | dedicated=x:NoSchedule |
    When I apply "web.yaml"
    And the cluster settles
    Then status.desiredNumberScheduled of daemonset/web is 0
    When I set spec.template.spec.tolerations of daemonset/web to [{key: dedicated, operator: Exists}]
    And the cluster settles
    Then there is 1 running pod of daemonset/web on node-0

  Scenario: A NoExecute taint removes the pod that does not tolerate it
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I taint node/node-1 drained=yes:NoExecute
    And the cluster settles
    Then the pods of daemonset/web are:
      | NAME  | NODE   |
      | web-* | node-0 |
    And status.desiredNumberScheduled of daemonset/web is 1

  Scenario: A template that names a node runs there alone
    Given a cluster with 3 nodes
    When I apply "web.yaml"
    And I set spec.template.spec.nodeName of daemonset/web to node-1
    And the cluster settles
    Then the pods of daemonset/web are:
      | NAME  | NODE   |
      | web-* | node-1 |

  Scenario: A pod that is too big for its node stays pending and is counted as scheduled
    Given a cluster with nodes:
      | NAME   | CPU |
      | node-0 | 4   |
      | node-1 | 64  |
    When I apply "web.yaml"
    And the cluster settles
    And I set spec.template.spec.containers of daemonset/web to [{name: web, image: "nginx:1", resources: {requests: {cpu: "32"}}}]
    And 2 minutes pass
    Then the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 2       | 2       | 1     | 1          | 1         |
    And there is 1 pending pod of daemonset/web
    And status.numberUnavailable of daemonset/web is 1

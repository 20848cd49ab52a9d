Feature: What the article "Job & DaemonSet" (002_8e06b71881d02d47.txt) says of DaemonSets

  Background:
    Given a cluster with 4 nodes

  Scenario: The same pod on each node, on new ones too, and no pod without a node
    The article says: a DaemonSet sees to it that each node runs the same pod, that a node that joins gets one by itself, and
    that the pod of a node that leaves is deleted.
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    Then there are 4 running pods of daemonset/web
    When node/node-4 joins
    And 5 seconds pass
    Then there is 1 running pod of daemonset/web on node-4
    When node/node-2 is deleted
    And 3 minutes pass
    Then there are 4 pods of daemonset/web
    And there are 0 pods of daemonset/web on node-2

  Scenario: A daemon that crashes is up again
    The article says: the state of each pod is followed, and when one crashes or misbehaves it is recovered at once. A
    container that ends is restarted in its pod, and a pod that failed is replaced.
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx:1.29}]}}
      """
    And the cluster settles
    And container "web" of the pod of daemonset/web on node-1 starts exiting 1
    And 15 seconds pass
    Then status.containerStatuses[0].restartCount of the pod of daemonset/web on node-1 is 1
    And there are 4 running pods of daemonset/web
    When I patch the status of the pod of daemonset/web on node-2 with:
      """yaml
      status: {phase: Failed}
      """
    And 5 seconds pass
    Then there are 4 running pods of daemonset/web
    And there is a Warning event "FailedDaemonPod" for daemonset/web

  Scenario: The selector has to match the labels of the template
    The article says: matchLabels and the labels of the pods have to be the same, so that the DaemonSet finds its pods.
    When I try to create:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: fluentd}
      spec:
        selector: {matchLabels: {name: fluentd}}
        template: {metadata: {labels: {name: fluent-bit}}, spec: {containers: [{name: c, image: fluentd}]}}
      """
    Then it is refused as Invalid with:
      """
      DaemonSet.apps "fluentd" is invalid: spec.template.metadata.labels: Invalid value: {"name":"fluent-bit"}: `selector` does not match template `labels`
      """

  @kubectl
  Scenario: What kubectl get ds shows
    The article says: `ds` is short for DaemonSet; it shows how many pods are wanted, made, ready, up to date and available, and
    the NODE SELECTOR.
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    And I run `kubectl get ds`
    Then the output is:
      """
      NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
      web    4         4         4       4            4           <none>          *
      """

  Scenario Outline: Only the <role> nodes
    The article says: with a node selector the daemon runs on the master nodes alone, or on the worker nodes alone.
    When I label node/node-0 role=master
    And I label node/node-1 role=worker
    And I label node/node-2 role=worker
    And I label node/node-3 role=worker
    And I apply "../daemonset/web.yaml"
    And I set spec.template.spec.nodeSelector of daemonset/web to {role: <role>}
    And the cluster settles
    Then status.desiredNumberScheduled of daemonset/web is <count>
    And there are <count> running pods of daemonset/web

    Examples:
      | role   | count |
      | master | 1     |
      | worker | 3     |

  Scenario: Nodes are chosen by an affinity, too
    The article says: the nodes are chosen by the affinity or the labels that are configured.
    When I label node/node-3 disk=ssd
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: cache}
      spec:
        selector: {matchLabels: {app: cache}}
        template:
          metadata: {labels: {app: cache}}
          spec:
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                  - matchExpressions: [{key: disk, operator: In, values: [ssd]}]
            containers: [{name: c, image: nginx}]
      """
    And the cluster settles
    Then there is 1 running pod of daemonset/cache
    And there is 1 running pod of daemonset/cache on node-3

  @kubectl
  Scenario: One node after the other
    The article says: after `kubectl apply -f` of another image the default, RollingUpdate, updates one node after the other,
    without a hand: `rollout status` goes from 1 of 4 to 2 of 4 and so on, each once the pod before is well.
    When I run `kubectl apply -f ../kubectl/fluentd.yaml`
    And the cluster settles
    And I mark this moment
    And I run `sed s/fluentd:1.0/fluentd:2.0/ ../kubectl/fluentd.yaml | kubectl apply -f -`
    Then the output is:
      """
      daemonset.apps/fluentd configured
      """
    When I run `kubectl rollout status ds/fluentd`
    Then it succeeds
    And the output contains "rollout to finish: 1 out of 4 new pods have been updated..."
    And the output contains "rollout to finish: 2 out of 4 new pods have been updated..."
    And the output contains "rollout to finish: 3 out of 4 new pods have been updated..."
    And the output contains "rollout to finish: 3 of 4 updated pods are available..."
    And the output contains "successfully rolled out"
    And never more than 1 pod of daemonset/fluentd was unavailable

  Scenario: A pod that is not well holds the update
    The article says: the second pod is updated when the first has passed its health check, so that the service goes on.
    When I apply "../daemonset/web.yaml"
    And the cluster settles
    And I patch daemonset/web with:
      """yaml
      spec:
        template:
          spec:
            containers:
            - name: web
              image: nginx:1.30
              readinessProbe: {exec: {command: ["false"]}}
      """
    And 1 hour passes
    Then status.updatedNumberScheduled of daemonset/web is 1
    And status.numberReady of daemonset/web is 3

  Scenario: OnDelete changes nothing until a pod is deleted
    The article says: with OnDelete a new template changes no pod; one deletes the pod of a node, and it is made anew.
    When I apply "../daemonset/web.yaml"
    And I set spec.updateStrategy of daemonset/web to {type: OnDelete}
    And the cluster settles
    And I mark this moment
    And I set the image of daemonset/web container web to nginx:1.30
    And 1 day passes
    Then no pods of daemonset/web were removed
    When I delete the pod of daemonset/web on node-3
    And the cluster settles
    Then status.updatedNumberScheduled of daemonset/web is 1
    And spec.containers[0].image of the pod of daemonset/web on node-3 is "nginx:1.30"

  @kubectl
  Scenario: What is wanted is a matter of nodes, not of a number
    The article says: it is much like a Deployment, but it watches the nodes. It has no number that could be scaled.
    When I apply "../daemonset/web.yaml"
    And I run `kubectl scale ds web --replicas=2`
    Then it fails with exit code 1
    And the error output contains "the server could not find the requested resource"

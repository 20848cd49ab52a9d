Feature: Which pods go when a Deployment is made smaller
  Those that serve least go first: pods without a node, pods that are not ready, those whose deletion costs least, those of
  the fullest node, those that have been ready for the shortest time, those that restarted most often, the youngest.

  Scenario: Pods that are not scheduled go before those that run
    Given a cluster with nodes:
      | NAME   | CPU |
      | node-0 | 2   |
    And I apply "web.yaml"
    And I set spec.template.spec.containers of deployment/web to [{name: web, image: "nginx:1", resources: {requests: {cpu: 500m}}}]
    And I scale deployment/web to 2
    And the cluster settles
    And I scale deployment/web to 6
    And the cluster settles
    Then there are 4 running pods of deployment/web
    And there are 2 pending pods of deployment/web
    When I mark this moment
    And I scale deployment/web to 4
    And the cluster settles
    Then there are 4 running pods of deployment/web
    And there are no pending pods of deployment/web

  Scenario: Pods that are not ready go before those that are
    Given a cluster with 3 nodes
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: web
              image: busybox
              command: [sleep, infinity]
              readinessProbe: {exec: {command: [test, "!", -e, /tmp/broken]}, periodSeconds: 1, failureThreshold: 1}
      """
    And the cluster settles
    When I run "touch /tmp/broken" in the pod of deployment/web on node-1
    And 3 seconds pass
    And I scale deployment/web to 2
    And the cluster settles
    Then there are no pods of deployment/web on node-1

  Scenario: What a deletion costs is said in an annotation of the pod
    Given a cluster with 3 nodes
    And I apply "web.yaml"
    And I scale deployment/web to 3
    And the cluster settles
    When I annotate the pod of deployment/web on node-0 controller.kubernetes.io/pod-deletion-cost=10
    And I annotate the pod of deployment/web on node-1 controller.kubernetes.io/pod-deletion-cost=-10
    And I scale deployment/web to 2
    And the cluster settles
    Then there are no pods of deployment/web on node-1
    When I scale deployment/web to 1
    And the cluster settles
    Then there is 1 running pod of deployment/web on node-0

  Scenario: A cost that is no number is refused
    Given a cluster with 1 node
    And I apply "web.yaml"
    And I scale deployment/web to 1
    And the cluster settles
    When I try to annotate the pod of deployment/web on node-0 controller.kubernetes.io/pod-deletion-cost=much
    Then it is refused as Invalid with:
      """
      Pod "web-*" is invalid: metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "much": must be a 32bit integer
      """
    When I try to patch deployment/web with:
      """yaml
      spec: {template: {metadata: {annotations: {controller.kubernetes.io/pod-deletion-cost: "+1"}}}}
      """
    Then it is refused as Invalid with:
      """
      Deployment.apps "web" is invalid: spec.template.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer
      """

  Scenario: The fullest node gives first
    Given a cluster with nodes:
      | NAME   | LABELS    |
      | node-0 | disk=ssd  |
      | node-1 |           |
    And I apply "web.yaml"
    And I set spec.template.spec.nodeSelector of deployment/web to {disk: ssd}
    And I scale deployment/web to 3
    And the cluster settles
    And I label node/node-0 disk-
    And I label node/node-1 disk=ssd
    And I scale deployment/web to 4
    And the cluster settles
    Then there are 3 running pods of deployment/web on node-0
    When I scale deployment/web to 2
    And the cluster settles
    Then there is 1 running pod of deployment/web on node-0
    And there is 1 running pod of deployment/web on node-1

  Scenario: Pods on their way out are counted apart until they are gone
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: slow}
      spec:
        replicas: 3
        selector: {matchLabels: {app: slow}}
        template:
          metadata: {labels: {app: slow}}
          spec:
            containers: [{name: web, image: busybox, command: [sh, -c, "trap 'sleep 20; exit' TERM; sleep 1000 & wait"]}]
      """
    And the cluster settles
    Then status.terminatingReplicas of deployment/slow is 0
    When I scale deployment/slow to 1
    And 5 seconds pass
    Then status.terminatingReplicas of deployment/slow is 2
    And status.replicas of deployment/slow is 1
    And there are 3 pods of deployment/slow
    When I restart deployment/slow
    And 5 seconds pass
    Then status.replicas of deployment/slow is 1
    And status.terminatingReplicas of deployment/slow is 3
    When the cluster settles
    Then status.terminatingReplicas of deployment/slow is 0
    And there is 1 pod of deployment/slow

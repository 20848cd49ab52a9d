Feature: OnDelete
  Does OnDelete really leave the old pods alone?

  Scenario: An hour after the change, only the pod that was deleted is new
    Given a cluster with 3 nodes
    And I apply:
      """
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: web}
      spec:
        updateStrategy: {type: OnDelete}
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: "nginx:1.18.0"}]
      """
    And the cluster settles
    When I set the image of daemonset/web container web to nginx:latest
    And I delete the pod of daemonset/web on node-1
    And 1 hour passes
    Then the pods are:
      | NAME  | STATUS  | NODE   | IMAGES       |
      | web-* | Running | node-0 | nginx:1.18.0 |
      | web-* | Running | node-1 | nginx:latest |
      | web-* | Running | node-2 | nginx:1.18.0 |

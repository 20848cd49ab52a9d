Feature: Adoption and release of daemon pods
  A DaemonSet owns the pods that its selector picks, and no others.

  Scenario: A pod whose labels stop matching is released, and another is made
    Given a cluster with 1 node
    When I apply "web.yaml"
    And the cluster settles
    And 1 second passes
    And I label the pod of daemonset/web on node-0 app=other
    And the cluster settles
    Then there is 1 running pod labelled app=other
    And there is 1 running pod of daemonset/web
    And there are 2 running pods on node-0

  Scenario: Pods and revisions left by an orphaning deletion are adopted by a DaemonSet of the same template
    Given a cluster with 2 nodes
    When I apply "web.yaml"
    And the cluster settles
    And I delete daemonset/web orphaning its dependents
    And the cluster settles
    Then daemonset/web does not exist
    And there are 2 running pods
    And there is 1 controllerrevision
    When I mark this moment
    And I apply "web.yaml"
    And the cluster settles
    Then there are 2 running pods of daemonset/web
    And no pods of daemonset/web were created
    And the controllerrevisions are:
      | CONTROLLER         | REVISION |
      | daemonset.apps/web | 1        |
    And the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE |
      | web  | 2       | 2       | 2     | 2          | 2         |

  Scenario: A second pod on a node is too many, and the oldest stays
    Given a cluster with 1 node
    When I apply "web.yaml"
    And the cluster settles
    And 1 second passes
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: stowaway
        labels:
          app: web
      spec:
        nodeName: node-0
        containers:
        - name: web
          image: nginx:1
      """
    And the cluster settles
    Then pod/stowaway does not exist
    And there is 1 running pod of daemonset/web

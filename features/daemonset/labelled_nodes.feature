Feature: Daemon pods on labelled nodes
  With a node selector a DaemonSet follows the labels of the nodes, as they are now and as they become.

  Scenario: Nodes are labelled later
    Given a cluster with nodes:
      | NAME          |
      | node1.cce.com |
      | node2.cce.com |
      | node3.cce.com |
    And I use namespace cce
    When I apply "busybox-on-labelled-nodes.yaml"
    And the cluster settles
    Then the daemonsets are:
      | NAME             | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR |
      | daemonsetbusybox | 0       | 0       | 0     | 0          | 0         | daemon=true   |
    And there are 0 pods
    When I label node/node2.cce.com daemon=true
    And the cluster settles
    Then the pods of daemonset/daemonsetbusybox are:
      | NAME               | READY | STATUS  | NODE          |
      | daemonsetbusybox-* | 1/1   | Running | node2.cce.com |
    And status.desiredNumberScheduled of daemonset/daemonsetbusybox is 1
    When I label node/node3.cce.com daemon=true
    And I label node/node2.cce.com daemon-
    And the cluster settles
    Then the pods of daemonset/daemonsetbusybox are:
      | NAME               | READY | STATUS  | NODE          |
      | daemonsetbusybox-* | 1/1   | Running | node3.cce.com |
    And status.numberMisscheduled of daemonset/daemonsetbusybox is 0

  Scenario: A pod that has to leave counts as misscheduled until it is gone
    Given a cluster with nodes:
      | NAME   | LABELS      |
      | node-0 | daemon=true |
    And I use namespace cce
    When I apply "busybox-on-labelled-nodes.yaml"
    And the cluster settles
    And I label node/node-0 daemon-
    And 1 second passes
    Then there is 1 terminating pod
    And status.numberMisscheduled of daemonset/daemonsetbusybox is 1
    And status.desiredNumberScheduled of daemonset/daemonsetbusybox is 0
    When 40 seconds pass
    Then there are 0 pods
    And status.numberMisscheduled of daemonset/daemonsetbusybox is 0

  Scenario: Another node selector moves the pods
    Given a cluster with nodes:
      | NAME   | LABELS   |
      | node-0 | disk=hdd |
      | node-1 | disk=ssd |
    When I apply "web.yaml"
    And the cluster settles
    Then there are 2 running pods of daemonset/web
    When I set spec.template.spec.nodeSelector of daemonset/web to {disk: ssd}
    And the cluster settles
    Then the pods of daemonset/web are:
      | NAME  | STATUS  | NODE   |
      | web-* | Running | node-1 |
    And the daemonsets are:
      | NAME | DESIRED | CURRENT | READY | UP-TO-DATE | AVAILABLE | NODE SELECTOR |
      | web  | 1       | 1       | 1     | 1          | 1         | disk=ssd      |

Feature: A kubelet that stops and starts
  Containers live on without their kubelet. A node whose lease is not renewed for 50 seconds is given up: its conditions are
  unknown, its pods not ready. When the kubelet starts again, it finds what happened meanwhile.

  Background:
    Given a cluster with 2 nodes

  Scenario: A restart changes nothing but to be told of
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node-0
        containers: [{name: web, image: nginx}]
      """
    And 5 seconds pass
    And I mark this moment
    And the kubelet of node/node-0 restarts
    And the cluster settles
    Then pod/web is running
    And status.containerStatuses[0].restartCount of pod/web is 0
    And condition Ready of node/node-0 is True
    And the trace since the marked moment matches the snapshot "a restart"

  Scenario: A stopped kubelet is missed after 50 seconds, and finds what ended meanwhile
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: task}
      spec:
        nodeName: node-0
        restartPolicy: Never
        containers: [{name: c, image: busybox, command: [sleep, "60"]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node-0
        containers: [{name: web, image: nginx}]
      """
    And 5 seconds pass
    And the kubelet of node/node-0 stops
    And 40 seconds pass
    Then condition Ready of node/node-0 is True
    When 20 seconds pass
    Then condition Ready of node/node-0 is Unknown
    And there is a Normal event "NodeNotReady" for node/node-0 with message "Node node-0 status is now: NodeNotReady"
    And condition Ready of pod/web is False
    And pod/task is running
    When 1 minute passes
    And the kubelet of node/node-0 starts
    And the cluster settles
    Then condition Ready of node/node-0 is True
    And the nodes match the snapshot "without taints again"
    And condition Ready of pod/web is True
    And pod/task is succeeded
    And pod/task matches the snapshot "ended while nobody looked"
    And the trace matches the snapshot "stopped and started"

  Scenario: A pod that came meanwhile is started when the kubelet is back
    When the kubelet of node/node-0 stops
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: late}
      spec:
        nodeName: node-0
        containers: [{name: web, image: nginx}]
      """
    And 20 seconds pass
    Then pod/late is pending
    When the kubelet of node/node-0 starts
    And 5 seconds pass
    Then pod/late is running

  Scenario: A kubelet that restarts looks at its pods as if they were new
    The label that brought a pod to its node is gone, which nobody minds until then.

    When I label node/node-0 disk=ssd
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: picky}
      spec:
        nodeSelector: {disk: ssd}
        containers: [{name: web, image: nginx}]
      """
    And 5 seconds pass
    And I label node/node-0 disk-
    And 1 minute passes
    Then pod/picky is running
    When the kubelet of node/node-0 restarts
    And 5 seconds pass
    Then pod/picky is failed
    And status.reason of pod/picky is NodeAffinity

  Scenario: A restart forgets what held a crashing container up
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: crash}
      spec:
        nodeName: node-0
        containers: [{name: c, image: busybox, command: [sh, -c, "exit 1"]}]
      """
    And 3 minutes pass
    Then status.containerStatuses[0].state.waiting.reason of pod/crash is CrashLoopBackOff
    And status.containerStatuses[0].restartCount of pod/crash is 5
    When the kubelet of node/node-0 restarts
    And 1 second passes
    Then status.containerStatuses[0].restartCount of pod/crash is 6

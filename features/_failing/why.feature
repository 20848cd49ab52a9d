Feature: Failures say why

  Scenario: A pod that fits on no node
    Given a cluster with 2 nodes
    When I create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: giant
      spec:
        containers:
          - name: main
            image: busybox
            command: ["sleep", "60"]
            resources:
              requests:
                cpu: "64"
      """
    And 5 seconds pass
    Then pod/giant is running

  Scenario: A container that fails
    Given a cluster with 1 node
    When I create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: crasher
      spec:
        containers:
          - name: main
            image: busybox
            command: ["sh", "-c", "sleep 2; exit 3"]
      """
    And 10 seconds pass
    Then pod/crasher is succeeded

@kubectl
Feature: kubectl exec, attach and run
  kubectl executes commands in containers over WebSocket. Time passes while such a command runs.

  Background:
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - name: web
          image: busybox
          command: [sh, -c, "while true; do echo tick; sleep 60; done"]
      """
    And I wait until pod/web is running

  Scenario: Outputs and exit code come back
    When I run `kubectl exec web -- sh -c 'echo out; echo err >&2; exit 3'`
    Then it fails with exit code 3
    And the output is:
      """
      out
      """
    And the error output is:
      """
      err
      command terminated with exit code 3
      """

  Scenario: The standard input is the command's
    When I run `printf 'b\na\n' | kubectl exec -i web -- sort`
    Then the output is:
      """
      a
      b
      """
    When I run `echo 'echo $((6 * 7))' | kubectl exec -i web -- sh`
    Then the output is:
      """
      42
      """

  Scenario: A command takes its time
    When I run `kubectl exec web -- sh -c 'date +%s; sleep 500; date +%s' | (read a; read b; echo $((b - a)))`
    Then the output is:
      """
      500
      """

  Scenario: A pod that is run, told of, and removed
    When I run `kubectl run once -i --rm --restart=Never --image=busybox -- sh -c 'echo hello; exit 4'`
    Then it fails with exit code 4
    And the output contains "hello"
    And the output contains "pod *once* deleted"
    And pod/once does not exist

  Scenario: What is not there is said
    When I run `kubectl exec web -- gzip /tmp`
    Then it fails with exit code 1
    And the error output is:
      """
      error: Internal error occurred: error executing command in container: "gzip" is not interpreted by virtual containers
      """
    When I run `kubectl exec web -c sidecar -- true`
    Then the error output is:
      """
      Error from server (BadRequest): container sidecar is not valid for pod web
      """
    When I run `kubectl port-forward pod/web 8080`
    Then it fails with exit code 1
    And the error output contains "port-forward is not supported: the ports of virtual containers lead nowhere"

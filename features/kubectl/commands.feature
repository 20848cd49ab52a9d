Feature: Running commands against the scenario's cluster
  Any command in a shell sees the scenario's own cluster, and time passes only while it waits.

  Scenario: A command's exit code and its two outputs are looked at
    Given a cluster with 1 node
    When I run `echo out; echo err >&2; exit 3`
    Then it fails with exit code 3
    And the output is:
      """
      out
      """
    And the error output contains "er"
    When I run `cat`
      """
      what the command reads
      """
    Then it succeeds
    And the output contains "reads"
    And the output does not contain "err"
    And the error output is empty
    And 0 seconds have passed

  @kubectl
  Scenario: What kubectl writes is there, and time has not passed
    Given a cluster with 2 nodes
    When I run `kubectl label node node-0 disk=ssd`
    Then it succeeds
    And the output is:
      """
      node/node-0 labeled
      """
    And node/node-0 has the label disk=ssd
    And 0 seconds have passed

  @kubectl
  Scenario: An error goes to the error output
    Given a cluster with 1 node
    When I run `kubectl get pod no-such-pod`
    Then it fails with exit code 1
    And the output is empty
    And the error output is:
      """
      Error from server (NotFound): pods "no-such-pod" not found
      """

  @kubectl
  Scenario: While kubectl waits for a Job, time passes until it is complete
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        template:
          spec:
            restartPolicy: Never
            containers: [{name: pi, image: perl, command: [sleep, "300"]}]
      """
    When I run `kubectl wait --for=condition=complete job/pi --timeout=600s`
    Then it succeeds
    And the output is:
      """
      job.batch/pi condition met
      """
    And job/pi is complete

  @kubectl
  Scenario: A deletion waits until the pod is gone
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers: [{name: web, image: nginx, command: [sleep, "3600"]}]
      """
    And the cluster settles
    When I run `kubectl delete pod web`
    Then it succeeds
    And the output contains "web* deleted"
    And pod/web does not exist

  @kubectl
  Scenario: A wait that never ends lets no more time pass than is said
    Given a cluster with 1 node
    When I run `kubectl wait --for=condition=Imaginary node/node-0 --timeout=2s` for at most 10 minutes
    Then it fails with exit code 1
    And the error output contains "timed out waiting for the condition"

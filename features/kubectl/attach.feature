@kubectl
Feature: Standard inputs and terminals
  What a client types reaches the process that it is attached to, or the command that it executes, line by line; and what that
  answers comes back before the next line is typed.

  Background:
    Given a cluster with 1 node

  Scenario: A shell answers line by line
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - {name: web, image: busybox, command: [sleep, infinity]}
      """
    And I wait until pod/web is running
    And I run `cd $(mktemp -d); mkfifo in out; kubectl exec -i web -- sh <in >out & exec 3>in 4<out; echo 'echo one' >&3; read a <&4; echo "got $a"; echo "x=$a; echo \$x two" >&3; read a <&4; echo "got $a"; echo exit 3 >&3; wait $!; echo "exit code $?"`
    Then the output is:
      """
      got one
      got one two
      exit code 3
      """
    And the error output is:
      """
      command terminated with exit code 3
      """

  Scenario: A pod is run and reads what is piped to it
    When I run `printf 'b\na\n' | kubectl run sorted -i --rm --quiet --restart=Never --image=busybox -- sort`
    Then the output is:
      """
      a
      b
      """
    And pod/sorted does not exist

  Scenario: A pod whose command is its image's shell runs what it is sent
    When I run `echo 'echo $((6 * 7)); exit 4' | kubectl run calc -i --restart=Never --image=busybox`
    Then it fails with exit code 4
    And the output contains "42"
    When I run `kubectl logs calc`
    Then the output is:
      """
      42
      """

  # stdinOnce: the first client that attaches is the only one, and its end is the input's.
  Scenario: The input of a process outlives a client, unless it is for one alone
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: many}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: busybox
          stdin: true
          command: [sh, -c, "while read line; do echo got $line; done; echo over"]
      """
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: once}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: busybox
          stdin: true
          stdinOnce: true
          command: [sh, -c, "while read line; do echo got $line; done; echo over"]
      """
    And I wait until pod/many is running
    And I wait until pod/once is running
    And I run `cd $(mktemp -d); for pod in many; do mkfifo in; kubectl attach -i $pod <in >out & exec 3>in; echo first >&3; until grep -q 'got first' out; do sleep 0.05; done; kill $!; wait $!; exec 3>&-; done; echo second | kubectl attach -i once`
    Then the output contains "got second"
    And the output contains "over"
    And the log of pod/once is:
      """
      got second
      over
      """
    And the log of pod/many is:
      """
      got first
      """
    And pod/many is running

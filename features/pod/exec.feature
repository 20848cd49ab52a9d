Feature: Commands in containers
  A command that is executed in a container sees its files and its processes, and takes its time.

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
          env: [{name: COLOUR, value: blue}]
          command: [sh, -c, "touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; until [ -e /tmp/stop ]; do sleep 1; done; exit 4"]
      """
    And I wait until pod/web is running

  Scenario: A command sees the files of the container as they are just then
    When I run "cat /tmp/healthy" in pod/web
    Then it succeeds
    And the output is empty
    When 30 seconds pass
    And I run "cat /tmp/healthy" in pod/web
    Then it fails with exit code 1
    And the error output is:
      """
      cat: can't open '/tmp/healthy': No such file or directory
      """

  Scenario: What a command writes, the container reads
    When I run in pod/web container web:
      """sh
      echo "$COLOUR on $(hostname)" > /tmp/note
      cat /tmp/note
      """
    Then the output is:
      """
      blue on web
      """
    When 31 seconds pass
    And I run "touch /tmp/stop" in pod/web
    And I wait at most 3 seconds until status.containerStatuses[name=web].lastState.terminated.exitCode of pod/web is 4

  Scenario: A command takes its time
    When I mark this moment
    And I run "sleep 5; date +%S" in pod/web
    Then it succeeds
    And the log of pod/web is empty
    When I try to run "true" in pod/nobody
    Then it is refused with:
      """
      pods "nobody" not found
      """

  Scenario: A command reads the text under its step
    When I run "wc -l" in pod/web with input:
      """
      one
      two
      """
    Then the output contains "2"

  Scenario: A container without a script has a shell all the same
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: server}
      spec:
        containers:
        - {name: nginx, image: nginx}
      """
    And I wait until pod/server is running
    And I run "echo x > /tmp/x; cat /tmp/x" in pod/server
    Then the output is:
      """
      x
      """
    When I run "cat /tmp/x | wc -c" in pod/server
    Then the output contains "2"

@kubectl
Feature: kubectl logs
  kubectl reads the logs of containers, follows them, and is told in the server's words when there is none.

  Background:
    Given a cluster with 1 node

  Scenario: Parts of a log
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: count}
      spec:
        containers:
        - name: count
          image: busybox
          command: [sh, -c, "for i in 1 2 3 4 5; do echo line $i; sleep 10; done; sleep 600"]
      """
    And I wait until the log of pod/count contains "line 5"
    And I run `kubectl logs count --tail=2`
    Then the output is:
      """
      line 4
      line 5
      """
    When I run `kubectl logs count --since=15s --timestamps`
    Then the output is:
      """
      2026-01-01T00:00:*Z line 4
      2026-01-01T00:00:*Z line 5
      """
    When I run `kubectl logs count --limit-bytes=9`
    Then the output is:
      """
      line 1
      li
      """
    When I run `kubectl logs pod/count --tail=1 --prefix`
    Then the output is:
      """
      [pod/count/count] line 5
      """

  Scenario: A log is followed until its container ends
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: count}
      spec:
        restartPolicy: Never
        containers:
        - name: count
          image: busybox
          command: [sh, -c, "for i in 1 2 3; do echo line $i; sleep 1000; done; printf 'the end'"]
      """
    And I wait until pod/count is running
    And I run `kubectl logs -f count`
    Then the output is:
      """
      line 1
      line 2
      line 3
      the end
      """
    When I run `kubectl logs --previous count`
    Then it fails
    And the error output is:
      """
      Error from server (BadRequest): previous terminated container "count" in pod "count" not found
      """

  # The article "Other kinds of pods" (004_ffa33a61927bd953.txt) finds the pods of a Job by their label and reads their logs.
  Scenario: The pods of a Job by their label
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: pi}
      spec:
        parallelism: 2
        completions: 2
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: pi
              image: perl
              command: [sh, -c, "sleep 10; echo 3.14159"]
      """
    And I wait until job/pi is complete
    And I run `kubectl logs -l job-name=pi --all-containers --prefix`
    Then the output is:
      """
      [pod/pi-*/pi] 3.14159
      [pod/pi-*/pi] 3.14159
      """
    When I run `for pod in $(kubectl get pods --selector=job-name=pi --output=jsonpath={.items..metadata.name}); do kubectl logs $pod; done`
    Then the output is:
      """
      3.14159
      3.14159
      """
    When I run `kubectl logs job/pi`
    Then the output contains "3.14159"
    And the error output contains "Found 2 pods, using pod/pi-"

  Scenario: There is no log yet, no such container, or no such pod
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: two}
      spec:
        initContainers:
        - {name: first, image: busybox, command: [sleep, "10"]}
        containers:
        - {name: a, image: nginx}
        - {name: b, image: nginx}
      """
    And I run `kubectl logs two -c a`
    Then the error output is:
      """
      Error from server (BadRequest): container "a" in pod "two" is waiting to start: *
      """
    When I run `kubectl logs two -c c`
    Then the error output is:
      """
      error: container c is not valid for pod two
      """
    When I run `kubectl get --raw /api/v1/namespaces/default/pods/two/log`
    Then the error output is:
      """
      Error from server (BadRequest): a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [first]
      """
    When I run `kubectl logs nobody`
    Then the error output is:
      """
      error: error from server (NotFound): pods "nobody" not found in namespace "default"
      """

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

  Scenario: All containers of a pod, those that came before and after included
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: all, labels: {app: all}}
      spec:
        initContainers:
        - {name: first, image: busybox, command: [echo, from first]}
        - {name: beside, image: busybox, restartPolicy: Always, command: [sh, -c, "echo from beside; sleep infinity"]}
        containers:
        - {name: a, image: busybox, command: [sh, -c, "echo from a; sleep infinity"]}
        - {name: b, image: busybox, command: [sh, -c, "echo from b; sleep infinity"]}
      """
    And I wait until pod/all is running
    And 5 seconds pass
    And I run `kubectl logs all --all-containers --prefix | LC_ALL=C sort`
    Then the output is:
      """
      [pod/all/a] from a
      [pod/all/b] from b
      [pod/all/beside] from beside
      [pod/all/first] from first
      """
    When I run `kubectl logs all`
    Then the output is:
      """
      from a
      """
    And the error output is:
      """
      Defaulted container "a" out of: a, b, first (init), beside (*)
      """
    When I run `kubectl logs all -c first; kubectl logs all -c beside`
    Then the output is:
      """
      from first
      from beside
      """
    When I run `kubectl logs -l app=all --all-containers --tail=1 --timestamps -c a`
    Then it fails with exit code 1
    And the error output contains "--all-containers=true should not be specified with container"

  Scenario: The run before, and what is since an instant
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: crasher}
      spec:
        containers:
        - name: main
          image: busybox
          command: [sh, -c, "echo one; sleep 60; echo two; sleep 60; exit 3"]
      """
    And I wait until status.containerStatuses[name=main].restartCount of pod/crasher is 1
    And I wait until pod/crasher is running
    And I run `kubectl logs --previous crasher -c main`
    Then the output is:
      """
      one
      two
      """
    When I run `kubectl logs -p crasher --since-time=2026-01-01T00:00:30Z --tail=-1`
    Then the output is:
      """
      two
      """
    When I run `kubectl logs crasher --since=1s --since-time=2026-01-01T00:00:30Z`
    Then it fails with exit code 1
    And the error output is:
      """
      error: at most one of `sinceTime` or `sinceSeconds` may be specified
      """
    When I run `kubectl logs crasher --limit-bytes=0; kubectl logs crasher --tail=-2`
    Then the error output contains "error: --tail must be greater than or equal to -1"

  Scenario: The log of a Deployment is that of one of its pods
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - {name: web, image: busybox, command: [sh, -c, "echo serving; sleep infinity"]}
      """
    And I wait until deployment/web is rolled out
    And I run `kubectl logs deploy/web`
    Then the output is:
      """
      serving
      """
    And the error output is:
      """
      Found 2 pods, using pod/web-*
      """
    When I run `kubectl logs -l app=web --prefix`
    Then the output is:
      """
      [pod/web-*/web] serving
      [pod/web-*/web] serving
      """

  Scenario: Why there is no log, by what the container waits for
    Given image "nginx:none" cannot be pulled
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: waits}
      spec:
        containers:
        - {name: image, image: "nginx:none"}
        - {name: config, image: busybox, command: [env], envFrom: [{configMapRef: {name: none}}]}
      """
    And 5 seconds pass
    And I run `kubectl logs waits -c image; kubectl logs waits -c config; kubectl logs waits -c image -p; kubectl logs waits`
    Then the error output is:
      """
      Error from server (BadRequest): container "image" in pod "waits" is waiting to start: *image*
      Error from server (BadRequest): container "config" in pod "waits" is waiting to start: CreateContainerConfigError
      Error from server (BadRequest): previous terminated container "image" in pod "waits" not found
      Defaulted container "image" out of: image, config
      Error from server (BadRequest): container "image" in pod "waits" is waiting to start: *image*
      """
    When I run `kubectl get --raw '/api/v1/namespaces/default/pods/waits/log'`
    Then the error output is:
      """
      Error from server (BadRequest): a container name must be specified for pod waits, choose one of: [image config]
      """

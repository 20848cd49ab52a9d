Feature: Probes
  A kubelet asks containers how they are: whether they have started up, whether they may be asked for their service, and
  whether they are to be started anew.

  Background:
    Given a cluster with 1 node

  Scenario: The liveness example, over its first restarts
    The documentation's example: the file is there for 30 seconds, and three failures in a row, five seconds apart, are the
    end. Its shell ignores SIGTERM as process 1, so each end takes the grace period of 30 seconds.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: liveness-exec
        labels: {test: liveness}
      spec:
        containers:
        - name: liveness
          image: registry.k8s.io/busybox:1.27.2
          args: [/bin/sh, -c, touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600]
          livenessProbe:
            exec:
              command: [cat, /tmp/healthy]
            initialDelaySeconds: 5
            periodSeconds: 5
      """
    And 30 seconds pass
    Then pod/liveness-exec is ready
    And there is no event "Unhealthy" for pod/liveness-exec
    When 5 seconds pass
    Then there is a Warning event "Unhealthy" for pod/liveness-exec with message "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory*"
    When 10 seconds pass
    Then there is a Normal event "Killing" for pod/liveness-exec with message "Container liveness failed liveness probe, will be restarted"
    And status.containerStatuses[name=liveness].restartCount of pod/liveness-exec is 0
    When 30 seconds pass
    Then the pods are:
      | NAME          | READY | STATUS  | RESTARTS   |
      | liveness-exec | 1/1   | Running | 1 (*s ago) |
    And status.containerStatuses[name=liveness].lastState.terminated.exitCode of pod/liveness-exec is 137
    When 10 minutes pass
    Then the trace of pod/liveness-exec matches the snapshot "restart loop"

  Scenario: A script without a second sleep ends before its probe would end it
    The article on Pods gives the example with a script that ends after `rm`: the container is over at once, and started
    again by its restart policy, so that the probe never fails.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: liveness-exec
      spec:
        containers:
        - name: liveness
          image: busybox
          args:
          - /bin/sh
          - -c
          - touch /tmp/healthy;sleep 30;rm -rf /tmp/healthy
          livenessProbe:
            exec:
              command:
              - cat
              - /tmp/healthy
            initialDelaySeconds: 5
            periodSeconds: 5
      """
    And 10 minutes pass
    Then there is no event "Unhealthy" for pod/liveness-exec
    And there is a Warning event "BackOff" for pod/liveness-exec

  Scenario: Readiness goes off and on, and endpoints follow
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: moody
        labels: {app: moody}
      spec:
        containers:
        - name: moody
          image: busybox:1.37
          command: [sh, -c, "while true; do touch /tmp/ready; sleep 60; rm /tmp/ready; sleep 60; done"]
          readinessProbe:
            exec: {command: [test, -f, /tmp/ready]}
            periodSeconds: 5
            failureThreshold: 2
      """
    And 2 seconds pass
    Then pod/moody is ready
    When 1 minute passes
    Then pod/moody is ready
    When 5 seconds pass
    Then condition Ready of pod/moody is False
    And there is a Warning event "Unhealthy" for pod/moody with message "Readiness probe failed: "
    And the message of condition Ready of pod/moody is:
      """
      containers with unready status: [moody]
      """
    When 1 minute passes
    Then pod/moody is ready
    And status.containerStatuses[name=moody].restartCount of pod/moody is 0
    When 3 minutes pass
    Then the trace of pod/moody matches the snapshot "off and on"

  Scenario: A startup probe holds the others, and a success starts them
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: slow
      spec:
        containers:
        - name: slow
          image: busybox:1.37
          command: [sh, -c, "sleep 95; touch /tmp/up; sleep infinity"]
          startupProbe:
            exec: {command: [cat, /tmp/up]}
            failureThreshold: 30
            periodSeconds: 10
          livenessProbe:
            exec: {command: [cat, /tmp/up]}
            failureThreshold: 1
            periodSeconds: 1
          readinessProbe:
            exec: {command: [cat, /tmp/up]}
      """
    And 90 seconds pass
    Then the pods are:
      | NAME | READY | STATUS  | RESTARTS |
      | slow | 0/1   | Running | 0        |
    And status.containerStatuses[name=slow].started of pod/slow is false
    And there is a Warning event "Unhealthy" for pod/slow with message "Startup probe failed: *"
    When 10 seconds pass
    Then pod/slow is ready
    And status.containerStatuses[name=slow].started of pod/slow is true
    When 1 day passes
    Then pod/slow is ready
    And the trace of pod/slow matches the snapshot "started up"

  Scenario: A container that does not start up in time is started anew, with the grace of the probe
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: stuck
      spec:
        terminationGracePeriodSeconds: 300
        containers:
        - name: stuck
          image: busybox:1.37
          command: [sleep, infinity]
          startupProbe:
            exec: {command: [cat, /tmp/up]}
            failureThreshold: 3
            periodSeconds: 10
            terminationGracePeriodSeconds: 5
      """
    And 30 seconds pass
    Then there is a Normal event "Killing" for pod/stuck with message "Container stuck failed startup probe, will be restarted"
    And status.containerStatuses[name=stuck].restartCount of pod/stuck is 0
    When 6 seconds pass
    Then status.containerStatuses[name=stuck].restartCount of pod/stuck is 1

  Scenario Outline: A probe of <check> fails where nobody listens
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: deaf
      spec:
        containers:
        - name: deaf
          image: busybox:1.37
          command: [sleep, infinity]
          ports:
          - {name: web, containerPort: 8080}
          readinessProbe: <probe>
      """
    And 2 seconds pass
    Then condition Ready of pod/deaf is False
    And there is a Warning event "Unhealthy" for pod/deaf with message "Readiness probe failed: <message>"

    Examples:
      | check | probe                                   | message                                                                                           |
      | HTTP  | {httpGet: {port: web, path: /healthz}}  | Get *http://10.244.0.2:8080/healthz*: dial tcp 10.244.0.2:8080: connect: connection refused       |
      | TCP   | {tcpSocket: {port: 8080}}               | dial tcp 10.244.0.2:8080: connect: connection refused                                             |
      | gRPC  | {grpc: {port: 8080}}                    | timeout: failed to connect service *10.244.0.2:8080* within 1s: context deadline exceeded         |

  Scenario Outline: A probe of <check> passes where a server listens, and costs nothing
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: <image>
          readinessProbe: <probe>
          livenessProbe: <probe>
      """
    And 2 seconds pass
    Then pod/web is ready
    When 1 year passes
    Then pod/web is ready
    And there is no event "Unhealthy" for pod/web

    Examples:
      | check     | image       | probe                                                     |
      | HTTP      | nginx:1.29  | {httpGet: {port: 80, path: /}}                            |
      | TCP       | mysql:8.4   | {tcpSocket: {port: 3306}}                                 |
      | a command | postgres:17 | {exec: {command: [pg_isready, -U, postgres]}}             |

  Scenario: A command that takes too long has failed
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: slow
      spec:
        containers:
        - name: slow
          image: busybox:1.37
          command: [sleep, infinity]
          readinessProbe:
            exec: {command: [sh, -c, sleep 5]}
            timeoutSeconds: 2
      """
    And 5 seconds pass
    Then condition Ready of pod/slow is False
    And there is a Warning event "Unhealthy" for pod/slow with message "Readiness probe failed: command timed out: *sh -c sleep 5* timed out after 2s"

  Scenario: A sidecar holds what comes after it until it has started up
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: meshed
      spec:
        initContainers:
        - name: proxy
          image: busybox:1.37
          restartPolicy: Always
          command: [sh, -c, "sleep 20; touch /tmp/up; sleep infinity"]
          startupProbe:
            exec: {command: [cat, /tmp/up]}
            periodSeconds: 5
            failureThreshold: 10
        containers:
        - name: app
          image: nginx:1.29
      """
    And 20 seconds pass
    Then pod/meshed is pending
    When 10 seconds pass
    Then pod/meshed is ready

  Scenario: Failures go on being counted, and are told as seldom as a kubelet tells them
    An event recorder takes 25 events about a pod from one kubelet, and then one in five minutes; what it drops is counted
    with the next one.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: never
      spec:
        containers:
        - name: never
          image: busybox:1.37
          command: [sleep, infinity]
          readinessProbe:
            exec: {command: ["false"]}
      """
    And 1 hour passes
    Then the events of pod/never match the snapshot "told"
    And condition Ready of pod/never is False

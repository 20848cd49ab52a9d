Feature: What the article "Core technology of Kubernetes: Pod" (001_864131bbc8326847.txt) says of pods

  Background:
    Given a cluster with 2 nodes

  Scenario: The containers of a pod share what they store
    The article says: the containers of a pod share storage: a volume is what persists.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: shared}
      spec:
        volumes: [{name: data, emptyDir: {}}]
        containers:
        - {name: writer, image: busybox, command: [sh, -c, "echo hello > /data/word; sleep 1000"], volumeMounts: [{name: data, mountPath: /data}]}
        - {name: reader, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: data, mountPath: /in}]}
      """
    And 5 seconds pass
    And I run "cat /in/word" in pod/shared container reader
    Then the output is:
      """
      hello
      """

  Scenario: The containers of a pod share one address
    The article says: each pod has a pause container at its root, by which the others share one network, so that they have one
    address. The pause container is not in the pod's status; its address is.
    Given containers of image "nginx" listen on port 80
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: shared}
      spec:
        containers:
        - {name: web, image: "nginx:1.29"}
        - {name: side, image: "busybox:1.37", command: [sleep, "1000"]}
      """
    And 5 seconds pass
    Then the pods are:
      | NAME   | READY | STATUS  | IP   |
      | shared | 2/2   | Running | 10.* |
    And condition PodReadyToStartContainers of pod/shared is True

  Scenario: A pod of a node that is lost is another pod elsewhere, if somebody controls it
    The article says: when a node fails its pods are scheduled to other nodes, but as new pods. It is the controller that makes
    a new one. A pod that nobody controls is not made again.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: bare}
      spec: {nodeName: node-1, containers: [{name: c, image: nginx}]}
      ---
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
      """
    And the cluster settles
    And node/node-1 is deleted
    And 3 minutes pass
    Then pod/bare does not exist
    And there are 3 running pods labelled app=web on node-0
    And 4 pods of replicaset/web were created

  @kubectl
  Scenario: No pod is of apps/v1
    The article's manifests say apiVersion apps/v1 and kind Pod. There is no such kind: pods are of v1.
    When I run `kubectl apply -f 001_webmypod.yaml`
    Then it fails with exit code 1
    And the error output is:
      """
      error: resource mapping not found for name: "webmypod" namespace: "" from "001_webmypod.yaml": no matches for kind "Pod" in version "apps/v1"
      ensure CRDs are installed first
      """

  Scenario Outline: imagePullPolicy <policy> of an image that is <there>
    The article says: Always pulls the image each time that a pod is made, IfNotPresent when it is not on the machine, and Never
    pulls none.
    Given node/node-0 has <images>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: webmypod}
      spec:
        nodeName: node-0
        containers: [{name: nginx, image: "nginx:1.14", imagePullPolicy: <policy>}]
      """
    And 10 seconds pass
    Then pod/webmypod is <phase>
    And there is <event> for pod/webmypod

    Examples:
      | policy       | there     | images             | phase   | event                             |
      | Always       | there     | image "nginx:1.14" | running | a Normal event "Pulling"          |
      | IfNotPresent | there     | image "nginx:1.14" | running | no event "Pulling"                |
      | IfNotPresent | not there | no images          | running | a Normal event "Pulling"          |
      | Never        | there     | image "nginx:1.14" | running | no event "Pulling"                |
      | Never        | not there | no images          | pending | a Warning event "ErrImageNeverPull" |

  Scenario Outline: The default of imagePullPolicy for <image>
    The article says: the default is IfNotPresent. For an image of the tag latest, or of none, it is Always.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: webmypod}
      spec: {containers: [{name: nginx, image: "<image>"}]}
      """
    Then spec.containers[0].imagePullPolicy of pod/webmypod is <policy>

    Examples:
      | image        | policy       |
      | nginx:1.14   | IfNotPresent |
      | nginx:latest | Always       |
      | nginx        | Always       |

  Scenario Outline: restartPolicy <policy> after an exit with <code>
    The article says: Always, the default, restarts a container whenever it ended, OnFailure when its exit code was not 0, and
    Never not at all.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: dns-test}
      spec:
        restartPolicy: <policy>
        containers: [{name: busybox, image: "busybox:1.28.4", command: [sh, -c, "sleep 5; exit <code>"]}]
      """
    And 12 seconds pass
    Then status.containerStatuses[0].restartCount of pod/dns-test is <restarts>
    And there is 1 <phase> pod

    Examples:
      | policy    | code | restarts | phase     |
      | Always    | 0    | 1        | running   |
      | Always    | 1    | 1        | running   |
      | OnFailure | 0    | 0        | succeeded |
      | OnFailure | 1    | 1        | running   |
      | Never     | 0    | 0        | succeeded |
      | Never     | 1    | 0        | failed    |

  Scenario: The default of restartPolicy
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: dns-test}
      spec: {containers: [{name: busybox, image: "busybox:1.28.4", args: [/bin/sh, -c, sleep 36000]}]}
      """
    Then spec.restartPolicy of pod/dns-test is Always

  @kubectl
  Scenario: The manifest of the restart policies is no YAML
    The article's manifest has a list that goes out of its column, and the restartPolicy in that of the containers.
    When I run `kubectl apply -f 001_dns-test.yaml`
    Then it fails with exit code 1
    And the error output contains "error: error parsing 001_dns-test.yaml: error converting YAML to JSON: yaml: line "

  Scenario: A liveness probe kills the container, and the restart policy says what then
    The article says: if the liveness probe fails the container is killed, and what follows is the restart policy's to say. Its
    script ends 30 s after its start, with the file removed, so that the probe hardly ever comes to fail; here it goes on.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: liveness-exec
        labels: {test: liveness}
      spec:
        terminationGracePeriodSeconds: 1
        containers:
        - name: liveness
          image: busybox
          args: [/bin/sh, -c, "touch /tmp/healthy;sleep 30;rm -rf /tmp/healthy;sleep 600"]
          livenessProbe:
            exec: {command: [cat, /tmp/healthy]}
            initialDelaySeconds: 5
            periodSeconds: 5
      """
    And 30 seconds pass
    Then status.containerStatuses[0].restartCount of pod/liveness-exec is 0
    When 25 seconds pass
    Then status.containerStatuses[0].restartCount of pod/liveness-exec is 1
    And there is a Warning event "Unhealthy" for pod/liveness-exec with message "Liveness probe failed: cat: *healthy*: No such file or directory*"
    And there is a Normal event "Killing" for pod/liveness-exec with message "Container liveness failed liveness probe, will be restarted"

  Scenario: With the restart policy Never a container that the liveness probe killed stays dead
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: liveness-exec}
      spec:
        restartPolicy: Never
        terminationGracePeriodSeconds: 1
        containers:
        - name: liveness
          image: busybox
          args: [/bin/sh, -c, "sleep 600"]
          livenessProbe: {exec: {command: [cat, /tmp/healthy]}, periodSeconds: 5}
      """
    And 30 seconds pass
    Then pod/liveness-exec is failed
    And status.containerStatuses[0].restartCount of pod/liveness-exec is 0

  Scenario: A readiness probe takes the pod out of its service
    The article says: if the readiness probe fails the pod is taken off the endpoints of its service.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        containers:
        - name: web
          image: busybox
          args: [/bin/sh, -c, "touch /tmp/ready; sleep 30; rm /tmp/ready; sleep 600"]
          readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 5, failureThreshold: 1}
      """
    And 20 seconds pass
    Then subsets[0].addresses[0].targetRef.name of endpoints/web is web
    When 30 seconds pass
    Then subsets[0].addresses of endpoints/web is not set
    And subsets[0].notReadyAddresses[0].targetRef.name of endpoints/web is web
    And pod/web is running

  Scenario Outline: An HTTP probe that is answered <status>
    The article says: a status from 200 to 400 is a success. 400 itself is a failure: it is from 200 to 399.
    Given containers of image "web" answer <status> on /healthz at port 8080
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - name: web
          image: web
          readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
      """
    And 10 seconds pass
    Then condition Ready of pod/web is <ready>

    Examples:
      | status | ready |
      | 200    | True  |
      | 399    | True  |
      | 400    | False |
      | 404    | False |
      | 500    | False |

  Scenario Outline: A probe by <check>
    The article says: there are three ways: httpGet, exec, which succeeds with status 0, and a TCP socket, which succeeds when
    the connection is made. There are four today: gRPC is another.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - name: web
          image: redis:8
          readinessProbe: {<check>, periodSeconds: 1}
      """
    And 10 seconds pass
    Then condition Ready of pod/web is <ready>

    Examples:
      | check                       | ready |
      | tcpSocket: {port: 6379}     | True  |
      | tcpSocket: {port: 6380}     | False |
      | exec: {command: ["true"]}   | True  |
      | exec: {command: ["false"]}  | False |

Feature: What the article "Core technology of Kubernetes: Pod" (001_864131bbc8326847.txt) says of scheduling

  Background:
    Given a cluster with nodes:
      | NAME       | LABELS | TAINTS                                           | CPU  | MEMORY |
      | k8s-master |        | node-role.kubernetes.io/control-plane:NoSchedule | 4    | 8Gi    |
      | k8s-node-1 |        |                                                  | 4    | 8Gi    |
      | k8s-node-2 |        |                                                  | 500m | 1Gi    |

  Scenario: From the request to the container
    The article says: the API server stores the pod; the scheduler, which watches, picks a node and writes it down; the kubelet
    of that node, which watches too, starts the containers.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: webmypod}
      spec: {containers: [{name: nginx, image: "nginx:1.14"}]}
      """
    And 5 seconds pass
    Then the events of pod/webmypod are:
      | TYPE   | REASON    | FROM              | MESSAGE                                                    |
      | Normal | Scheduled | default-scheduler | Successfully assigned default/webmypod to k8s-node-1       |
      | Normal | Pulled    | kubelet           | Container image "nginx:1.14" already present on machine*   |
      | Normal | Created   | kubelet           | Container created                                          |
      | Normal | Started   | kubelet           | Container started                                          |

  Scenario: Without a scheduler a pod has no node
    When the default-scheduler goes down
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: webmypod}
      spec: {containers: [{name: nginx, image: "nginx:1.14"}]}
      """
    And 10 minutes pass
    Then pod/webmypod is pending
    And spec.nodeName of pod/webmypod is not set
    When the default-scheduler comes back
    And 5 seconds pass
    Then pod/webmypod is running

  Scenario: A node has to have what is requested
    The article says: requests are what the scheduler needs to find a node, limits are the most that may be used. With the
    requests of its example the node with half a CPU has room for two, and no third.
    When I taint node/k8s-node-1 full=yes:NoSchedule
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: db}
      spec:
        replicas: 3
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec:
            containers:
            - name: db
              image: mysql
              env: [{name: MYSQL_ROOT_PASSWORD, value: "password"}]
              resources:
                requests: {memory: "64Mi", cpu: "250m"}
                limits: {memory: "128Mi", cpu: "500m"}
      """
    And 10 seconds pass
    Then there are 2 running pods of replicaset/db on k8s-node-2
    And there is 1 pending pod of replicaset/db
    And there are 3 pods of replicaset/db

  Scenario: What uses more memory than its limit is killed
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: db, annotations: {seatrial.dev/container.db: grow to 200Mi after 10 seconds}}
      spec:
        containers:
        - name: db
          image: mysql
          resources:
            requests: {memory: "64Mi", cpu: "250m"}
            limits: {memory: "128Mi", cpu: "500m"}
      """
    And 15 seconds pass
    Then status.containerStatuses[0].lastState.terminated.reason of pod/db is OOMKilled

  @kubectl
  Scenario: A node selector waits for its label
    The article says: with the node selector env: dev a pod goes to the node that is labelled so by kubectl.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: pod-example}
      spec:
        nodeSelector: {env: dev}
        containers: [{name: webdemo, image: nginx}]
      """
    And 1 minute passes
    Then pod/pod-example is pending
    When I run `kubectl label node k8s-node-1 env=dev`
    Then the output is:
      """
      node/k8s-node-1 labeled
      """
    When 5 seconds pass
    Then pod/pod-example is running
    And spec.nodeName of pod/pod-example is k8s-node-1

  @kubectl
  Scenario: The affinity of the article has a field that there is none of
    The article writes requiredDuringSchedulingIgnoredDuringException. It is called ..Execution, and the answer says so.
    When I run `kubectl apply -f 001_affinity.yaml`
    Then it fails with exit code 1
    And the error output is:
      """
      Error from server (BadRequest): error when creating "001_affinity.yaml": Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringException"
      """
    When I run `sed s/Exception/Execution/ 001_affinity.yaml | kubectl apply -f -`
    Then it succeeds
    When 1 minute passes
    Then pod/pod-example is pending
    When I label node/k8s-node-2 env=qa
    And 5 seconds pass
    Then spec.nodeName of pod/pod-example is k8s-node-2

  Scenario: What is preferred is not needed
    The article says: there is an affinity that must be met, and one that is preferred.
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: pod-example}
      spec:
        affinity:
          nodeAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              preference: {matchExpressions: [{key: env, operator: In, values: [dev, qa]}]}
        containers: [{name: webdemo, image: nginx}]
      """
    And 5 seconds pass
    Then pod/pod-example is running

  @kubectl
  Scenario: A taint keeps all five pods away
    The article says: after `kubectl taint node k8s-node-1 env=dev:NoSchedule` the pods of the Deployment web are all on
    k8s-node-2, after it is scaled to five too; without it, on both again.
    When I run `kubectl taint node k8s-node-1 env=dev:NoSchedule`
    Then the output is:
      """
      node/k8s-node-1 tainted
      """
    When I run `kubectl describe node k8s-node-1 | grep Taint`
    Then the output is:
      """
      Taints:             env=dev:NoSchedule
      """
    When I run `kubectl create deployment web --image=nginx`
    Then the output is:
      """
      deployment.apps/web created
      """
    When I run `kubectl get pods -o wide`
    Then the output contains "0/1     ContainerCreating   0 * <none>   k8s-node-2   <none>           <none>"
    When I run `kubectl scale deployment web --replicas=5`
    Then the output is:
      """
      deployment.apps/web scaled
      """
    When the cluster settles
    Then there are 5 running pods labelled app=web on k8s-node-2
    When I run `kubectl taint nodes k8s-node-1 env:NoSchedule-`
    Then the output is:
      """
      node/k8s-node-1 untainted
      """
    When I run `kubectl describe node k8s-node-1 | grep Taint`
    Then the output is:
      """
      Taints:             <none>
      """
    When I scale deployment/web to 6
    And the cluster settles
    Then there is 1 running pod labelled app=web on k8s-node-1

  Scenario: A toleration lets a pod in, and does not draw it there
    The article says: a toleration of a pod means that a pod may be scheduled to a node with the taint, and may not be.
    When I taint node/k8s-node-1 env=dev:NoSchedule
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 6
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            tolerations: [{key: env, operator: "Equal", value: dev, effect: "NoSchedule"}]
            containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m}}}]
      """
    And the cluster settles
    Then there are 6 running pods labelled app=web
    And there are 0 pods labelled app=web on k8s-master

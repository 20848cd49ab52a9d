Feature: What a RuntimeClass means for its pods
  Admission writes into a pod what its class says of overhead, node selector and tolerations.

  Background:
    Given a cluster with nodes:
      | NAME  | LABELS       | TAINTS               |
      | plain |              |                      |
      | boxed | sandbox=true | sandbox=true:NoSchedule |
    And I apply:
      """yaml
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata: {name: sandbox}
      handler: sandbox
      overhead: {podFixed: {cpu: 250m}}
      scheduling:
        nodeSelector: {sandbox: "true"}
        tolerations:
        - {key: sandbox, operator: Exists, effect: NoSchedule}
      """

  Scenario: A pod goes where its class can run, and asks for what it takes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        runtimeClassName: sandbox
        containers:
        - name: c
          image: nginx
      """
    And 3 seconds pass
    Then spec.nodeName of pod/web is boxed
    And spec.overhead.cpu of pod/web is 250m

  Scenario Outline: Who is not let in
    When I try to apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        runtimeClassName: <class>
        overhead: <overhead>
        nodeSelector: <selector>
        containers:
        - name: c
          image: nginx
      """
    Then it is refused as Forbidden with:
      """
      pods "web" is forbidden: <why>
      """

    Examples:
      | class   | overhead | selector         | why                                                                                                    |
      | none    | null     | null             | pod rejected: RuntimeClass "none" not found                                                            |
      | sandbox | null     | {sandbox: "no"}  | conflict: runtimeClass.scheduling.nodeSelector[sandbox] = true; pod.spec.nodeSelector[sandbox] = no    |
      | sandbox | {cpu: 1} | null             | pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead                             |
      | null    | {cpu: 1} | null             | pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead                     |

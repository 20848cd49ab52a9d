Feature: Pods are spread over domains
  A constraint bounds by how many pods the domains of a topology may differ; a wish, or no word at all, only weighs.

  Background:
    Given a cluster with nodes:
      | NAME | LABELS                        | PODS |
      | a-0  | topology.kubernetes.io/zone=a | 110  |
      | a-1  | topology.kubernetes.io/zone=a | 110  |
      | b-0  | topology.kubernetes.io/zone=b | 110  |

  Scenario: Zones get equally many pods
    When I apply:
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
            topologySpreadConstraints:
            - maxSkew: 1
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: DoNotSchedule
              labelSelector: {matchLabels: {app: web}}
            containers:
            - name: c
              image: nginx
      """
    And I wait until deployment/web is rolled out
    Then there are 3 pods of deployment/web on b-0

  Scenario Outline: Which nodes make a domain
    When I cordon node/b-0
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            topologySpreadConstraints:
            - maxSkew: 1
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: DoNotSchedule
              labelSelector: {matchLabels: {app: web}}
              nodeTaintsPolicy: <taints>
              minDomains: <domains>
            containers:
            - name: c
              image: nginx
      """
    And 10 seconds pass
    Then there are <running> running pods of deployment/web

    Examples:
      | taints | domains | running |
      | Ignore | 1       | 1       |
      | Honor  | 1       | 3       |
      | Honor  | 2       | 1       |

  Scenario: A refused pod says which nodes would be uneven and which have no such label
    When node/bare joins
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: first, labels: {app: web}}
      spec:
        nodeName: b-0
        containers:
        - name: c
          image: nginx
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: second, labels: {app: web}}
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - {key: kubernetes.io/hostname, operator: In, values: [b-0, bare]}
        topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          nodeAffinityPolicy: Ignore
          labelSelector: {matchLabels: {app: web}}
        containers:
        - name: c
          image: nginx
      """
    And 1 second passes
    Then there is a Warning event "FailedScheduling" for pod/second with message "0/4 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling."
    When I delete pod/first
    And 40 seconds pass
    Then pod/second is running

  Scenario: Pods of one Deployment are spread over nodes and zones without being told to
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: c
              image: nginx
      """
    And I wait until deployment/web is rolled out
    Then there is 1 pod of deployment/web on a-0
    And there is 1 pod of deployment/web on a-1
    And there is 1 pod of deployment/web on b-0

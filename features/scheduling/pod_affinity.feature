Feature: Pods that want others near, or not near
  Affinity between pods is about the nodes that share a label: a host name, a zone.

  Background:
    Given a cluster with nodes:
      | NAME | LABELS |
      | a-0  | zone=a |
      | a-1  | zone=a |
      | b-0  | zone=b |
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: db, labels: {app: db}}
      spec:
        nodeSelector: {kubernetes.io/hostname: b-0}
        containers:
        - name: c
          image: postgres
      """
    And 3 seconds pass

  Scenario: A pod goes to the zone of those that it has to be near
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: db}}
              topologyKey: zone
        containers:
        - name: c
          image: nginx
      """
    And 3 seconds pass
    Then spec.nodeName of pod/web is b-0

  Scenario: Without anyone to be near it waits until somebody comes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: cache}}
              topologyKey: zone
        containers:
        - name: c
          image: nginx
      """
    And 1 second passes
    Then there is a Warning event "FailedScheduling" for pod/web with message "0/3 nodes are available: 3 node(s) didn't match pod affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: cache, labels: {app: cache}}
      spec:
        nodeSelector: {kubernetes.io/hostname: a-1}
        containers:
        - name: c
          image: redis
      """
    And 5 seconds pass
    Then pod/web is running

  Scenario: The first of a group that wants to be together starts it
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: together}
      spec:
        replicas: 3
        selector: {matchLabels: {app: together}}
        template:
          metadata: {labels: {app: together}}
          spec:
            affinity:
              podAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                - labelSelector: {matchLabels: {app: together}}
                  topologyKey: kubernetes.io/hostname
            containers:
            - name: c
              image: nginx
      """
    And 10 seconds pass
    Then the pods of deployment/together are:
      | NAME       | STATUS  | NODE |
      | together-* | Running | a-0  |
      | together-* | Running | a-0  |
      | together-* | Running | a-0  |

  Scenario: One pod a node, and no more
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: apart}
      spec:
        replicas: 4
        selector: {matchLabels: {app: apart}}
        template:
          metadata: {labels: {app: apart}}
          spec:
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                - labelSelector: {matchLabels: {app: apart}}
                  topologyKey: kubernetes.io/hostname
            containers:
            - name: c
              image: nginx
      """
    And 10 seconds pass
    Then there is 1 pod of deployment/apart on a-0
    And there is 1 pod of deployment/apart on a-1
    And there is 1 pod of deployment/apart on b-0
    And there is 1 pending pod of deployment/apart
    When I scale deployment/apart to 5
    And node/c-0 joins
    And 10 seconds pass
    Then there is 1 pod of deployment/apart on c-0
    And there are 4 running pods of deployment/apart

  Scenario: Who is there already may object
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: hermit}
      spec:
        nodeSelector: {kubernetes.io/hostname: a-0}
        affinity:
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: web}}
              topologyKey: zone
        containers:
        - name: c
          image: nginx
      """
    And 3 seconds pass
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        nodeSelector: {zone: a}
        containers:
        - name: c
          image: nginx
      """
    And 1 second passes
    Then there is a Warning event "FailedScheduling" for pod/web with message "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't satisfy existing pods anti-affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
    When I delete pod/hermit
    And 40 seconds pass
    Then pod/web is running

  Scenario: A preference moves a pod, and keeps it from nowhere
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        affinity:
          podAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                labelSelector: {matchLabels: {app: db}}
                topologyKey: zone
        containers:
        - name: c
          image: nginx
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: shy}
      spec:
        nodeSelector: {zone: b}
        affinity:
          podAntiAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                labelSelector: {matchLabels: {app: db}}
                topologyKey: zone
        containers:
        - name: c
          image: nginx
      """
    And 3 seconds pass
    Then spec.nodeName of pod/web is b-0
    And spec.nodeName of pod/shy is b-0

  Scenario: Namespaces that are meant by their labels
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata: {name: other, labels: {team: x}}
      """
    And 1 second passes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: near, namespace: other}
      spec:
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: db}}
              topologyKey: zone
              namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}
        containers:
        - name: c
          image: nginx
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: lost, namespace: other}
      spec:
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: db}}
              topologyKey: zone
        containers:
        - name: c
          image: nginx
      """
    And 3 seconds pass
    Then spec.nodeName of pod/near in namespace other is b-0
    And pod/lost in namespace other is pending

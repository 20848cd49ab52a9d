Feature: The order of a StatefulSet's pods
  The pods of a StatefulSet are numbered, and each waits until the one before it is ready. Going down, the highest goes
  first. With podManagementPolicy Parallel nobody waits.

  Background:
    Given a cluster with 2 nodes

  Scenario: Pods come one after another, each with a name, a host name and labels of its own
    When I apply "web.yaml"
    And the cluster settles
    Then the pods of statefulset/web are:
      | NAME  | READY | STATUS  |
      | web-0 | 1/1   | Running |
      | web-1 | 1/1   | Running |
      | web-2 | 1/1   | Running |
    And the pods of statefulset/web started in 3 batches of 1
    And the statefulsets are:
      | NAME | READY |
      | web  | 3/3   |
    And spec.hostname of pod/web-1 is web-1
    And spec.subdomain of pod/web-1 is web
    And pod/web-1 has the label apps.kubernetes.io/pod-index=1
    And pod/web-1 has the label statefulset.kubernetes.io/pod-name=web-1
    And statefulset/web is rolled out
    And the events of statefulset/web are:
      | TYPE   | REASON           | MESSAGE                                        | FROM                   |
      | Normal | SuccessfulCreate | Create Pod web-0 in StatefulSet web successful | statefulset-controller |
      | Normal | SuccessfulCreate | Create Pod web-1 in StatefulSet web successful | statefulset-controller |
      | Normal | SuccessfulCreate | Create Pod web-2 in StatefulSet web successful | statefulset-controller |
    And the trace of statefulset/web matches the snapshot "one after another"

  Scenario: Going down, the highest goes first, and each is waited for
    When I apply "web.yaml"
    And the cluster settles
    And I mark this moment
    And I set spec.replicas of statefulset/web to 1
    And the cluster settles
    Then the pods of statefulset/web are:
      | NAME  | READY | STATUS  |
      | web-0 | 1/1   | Running |
    And the trace of statefulset/web since the marked moment matches the snapshot "going down"

  Scenario: A pod that is deleted comes back under its name
    When I apply "web.yaml"
    And the cluster settles
    And I delete pod/web-1
    And the cluster settles
    Then there are 3 ready pods of statefulset/web
    And there is a Normal event "SuccessfulCreate" for statefulset/web with message "Create Pod web-1 in StatefulSet web successful"

  Scenario: While the first pod is not ready the others do not come
    When I apply "web.yaml"
    And I try to create:
      """yaml
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: stuck}
      spec:
        serviceName: stuck
        replicas: 3
        selector: {matchLabels: {app: stuck}}
        template:
          metadata: {labels: {app: stuck}}
          spec:
            nodeSelector: {disk: ssd}
            containers: [{name: c, image: nginx}]
      """
    And the cluster settles
    Then it is accepted
    And the pods of statefulset/stuck are:
      | NAME    | STATUS  |
      | stuck-0 | Pending |
    And status.replicas of statefulset/stuck is 1
    And status.availableReplicas of statefulset/stuck is 0

  Scenario: In parallel all come and go at once
    When I create:
      """yaml
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: fast}
      spec:
        serviceName: fast
        replicas: 4
        podManagementPolicy: Parallel
        ordinals: {start: 5}
        selector: {matchLabels: {app: fast}}
        template:
          metadata: {labels: {app: fast}}
          spec: {containers: [{name: c, image: nginx}]}
      """
    And the cluster settles
    Then the pods of statefulset/fast are:
      | NAME   | STATUS  |
      | fast-5 | Running |
      | fast-6 | Running |
      | fast-7 | Running |
      | fast-8 | Running |
    And the pods of statefulset/fast started in 1 batch of 4

  Scenario: A pod that failed is replaced, whatever its restart policy would do
    When I apply "web.yaml"
    And the cluster settles
    And I patch the status of pod/web-1 with:
      """yaml
      status: {phase: Failed, reason: Evicted}
      """
    And the cluster settles
    Then there are 3 ready pods of statefulset/web
    And there is a Normal event "SuccessfulDelete" for statefulset/web with message "Delete Pod web-1 in StatefulSet web successful"

  Scenario: Deleting the set takes its pods; orphaned they stay, and a new set of that name adopts them
    When I apply "web.yaml"
    And the cluster settles
    And I delete statefulset/web orphaning its dependents
    And the cluster settles
    Then pod/web-0 has no owner
    When I apply "web.yaml"
    And the cluster settles
    Then pod/web-0 is owned by statefulset/web
    And 3 pods of statefulset/web were created
    When I delete statefulset/web
    And the cluster settles
    Then there are 0 pods

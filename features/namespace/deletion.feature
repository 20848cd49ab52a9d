Feature: Deleting a namespace

  A namespace that is deleted takes nothing new, loses its contents after five seconds, pods before anything else, says
  in its conditions what remains, and goes when nothing does.

  Background:
    Given a cluster with 1 node
    And I use namespace team

  Scenario: Contents are left alone for five seconds and then go with the namespace
    Given these objects:
      | OBJECT             |
      | configmap/settings |
      | secret/password    |
    When I delete namespace/team
    Then namespace/team is being deleted
    And status.phase of namespace/team is Terminating
    When 4 seconds pass
    Then configmap/settings exists
    And namespace/team does not have condition NamespaceContentRemaining
    When 1 second passes
    Then namespace/team does not exist
    And configmap/settings does not exist
    And the trace matches the snapshot "trace"

  Scenario: A namespace that is being deleted takes nothing new
    When I delete namespace/team
    And I try to create:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: late
      """
    Then it is refused with:
      """
      configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated
      """

  Scenario: A finalizer holds the namespace, and its conditions say which
    Given these objects:
      | OBJECT         | FINALIZERS       |
      | configmap/held | example.com/hold |
      | configmap/free |                  |
    When I delete namespace/team
    And 5 seconds pass
    Then configmap/free does not exist
    And configmap/held is being deleted
    And namespace/team has condition NamespaceContentRemaining with reason SomeResourcesRemain and message "Some resources are remaining: configmaps. has 1 resource instances"
    And namespace/team has condition NamespaceFinalizersRemaining with reason SomeFinalizersRemain and message "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"
    And namespace/team matches the snapshot "while it is held"
    When 1 hour passes
    Then namespace/team is being deleted
    When I remove metadata.finalizers of configmap/held
    Then configmap/held does not exist
    When 10 seconds pass
    Then namespace/team does not exist
    And the trace matches the snapshot "trace"

  Scenario: Controllers do not refill a namespace that is being deleted
    Given I apply:
      """yaml
      apiVersion: apps/v1
      kind: DaemonSet
      metadata:
        name: web
      spec:
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: nginx
      """
    And I wait until daemonset/web is ready
    When I delete namespace/team
    And the cluster settles
    Then namespace/team does not exist
    And there are no pods
    And there are no daemonsets
  Scenario: Pods go first, and everything else waits for them
    Given I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: slow
      spec:
        terminationGracePeriodSeconds: 20
        containers:
          - name: main
            image: busybox
            command: [sleep, infinity]
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      """
    And I wait until pod/slow is running
    When I delete namespace/team
    And 6 seconds pass
    Then pod/slow is being deleted
    And metadata.deletionTimestamp of configmap/settings is not set
    And namespace/team has condition NamespaceContentRemaining with reason SomeResourcesRemain and message "Some resources are remaining: pods. has 1 resource instances"
    When the cluster settles
    Then namespace/team does not exist
    And the trace matches the snapshot "trace"


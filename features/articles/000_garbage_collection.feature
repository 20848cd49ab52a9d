Feature: What the article "Stateless pod controllers, part 2" (000_a1c26436f550bbe4.txt) says of garbage collection

  Background:
    Given a cluster with 2 nodes
    And I use namespace cce

  Scenario Outline: When a <kind> ends its pods are collected
    The article says: when a controller ends all its pods are collected.
    When I apply:
      """yaml
      apiVersion: <version>
      kind: <kind>
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
      """
    And the cluster settles
    And I delete <kind>/web
    And the cluster settles
    Then <kind>/web does not exist
    And there are 0 pods
    And there are 0 replicasets
    And there are 0 controllerrevisions

    Examples:
      | version | kind       |
      | apps/v1 | Deployment |
      | apps/v1 | ReplicaSet |
      | apps/v1 | DaemonSet  |

  Scenario: Every dependent names its owner without being told to
    The article says: each dependent object has ownerReferences in its metadata, filled in though nobody wrote them; those of
    a pod name its controller. Of a CronJob it goes over two steps.
    When I apply "../cronjob/overlap.yaml"
    And 65 seconds pass
    Then there is 1 job of cronjob/x
    And job/x-29453761 is owned by cronjob/x
    And pod/x-29453761-* is owned by job/x-29453761
    And metadata.ownerReferences[0].controller of pod/x-29453761-* is true

  Scenario: An owner can be named by hand
    The article says: mostly it is set by itself, but a user can name an owner as well.
    Given these objects:
      | OBJECT           | OWNERS           |
      | configmap/owner  |                  |
      | configmap/by-hand | configmap/owner |
    When I delete configmap/owner
    Then configmap/by-hand does not exist

  Scenario: Without cascading the pods stay, without a controller
    The article says: deletion cascades to the pods by default; if it is not to, the pods are not deleted and are under no
    controller any more.
    When I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
      """
    And the cluster settles
    And I delete replicaset/web orphaning its dependents
    And 1 hour passes
    Then pod/web-* is running
    And pod/web-* has no owner
    When I delete pod/web-*
    And the cluster settles
    Then there are 0 pods

  Scenario: In the background nobody waits for what is deleted, in the foreground the owner goes last
    The article says: there are two ways to cascade. In the background all goes on behind one's back; in the foreground one
    waits until the object and its dependents are deleted.
    When I apply "../job/jobs.yaml"
    And 3 seconds pass
    And I delete job/jobs in the background
    Then job/jobs does not exist
    And there are 2 terminating pods
    When the cluster settles
    And I apply "../job/jobs.yaml"
    And 3 seconds pass
    And I delete job/jobs in the foreground
    Then job/jobs is being deleted
    And there are 2 terminating pods
    When the cluster settles
    Then job/jobs does not exist

  @kubectl
  Scenario: In the foreground kubectl holds the terminal until the pods are gone
    The article says: the foreground holds the terminal. In the background kubectl waits as well, but only for the object
    itself, which is gone at once.
    When I apply "../job/jobs.yaml"
    And 3 seconds pass
    And I run `kubectl -n cce delete job jobs --cascade=background`
    Then it succeeds
    And 3 seconds have passed
    And there are 2 terminating pods
    When the cluster settles
    And I apply "../job/jobs.yaml"
    And 3 seconds pass
    And I mark this moment
    And I run `kubectl -n cce delete job jobs --cascade=foreground`
    Then it succeeds
    And there are 0 pods

  @kubectl
  Scenario: kubectl explains what owners are
    The article says: `kubectl explain cj.metadata.ownerReferences` tells more.
    When I run `kubectl explain cj.metadata.ownerReferences`
    Then it succeeds
    And the output contains:
      """
      GROUP:      batch
      KIND:       CronJob
      VERSION:    v1

      FIELD: ownerReferences <[]OwnerReference>
      """
    And the output contains "blockOwnerDeletion	<boolean>"

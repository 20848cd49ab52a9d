Feature: The ordinals of a StatefulSet
  Ordinals begin at `spec.ordinals.start`, at 0 unless said.

  Background:
    Given a cluster with 2 nodes
    And I apply "web.yaml"
    And the cluster settles

  Scenario: Another start moves the set: pods outside go, those that are missing come
    When I set spec.ordinals of statefulset/web to {start: 2}
    And the cluster settles
    Then the pods of statefulset/web are:
      | NAME  | READY | STATUS  |
      | web-2 | 1/1   | Running |
      | web-3 | 1/1   | Running |
      | web-4 | 1/1   | Running |
    When I scale statefulset/web to 1
    And the cluster settles
    Then the pods of statefulset/web are:
      | NAME  |
      | web-2 |

  Scenario: A start cannot be below zero
    When I try to patch statefulset/web with:
      """yaml
      spec: {ordinals: {start: -1}}
      """
    Then it is refused as Invalid with:
      """
      StatefulSet.apps "web" is invalid: spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0
      """

  Scenario: The partition counts from the start
    When I set spec.ordinals of statefulset/web to {start: 5}
    And the cluster settles
    And I set spec.updateStrategy.rollingUpdate.partition of statefulset/web to 2
    And I set the image of statefulset/web container nginx to nginx:1.28
    And the cluster settles
    Then spec.containers[0].image of pod/web-7 is nginx:1.28
    And spec.containers[0].image of pod/web-6 is nginx:1.27

  Scenario: A pod outside of the set that has its labels and such a name is taken, and goes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web-7, labels: {app: web}}
      spec: {containers: [{name: nginx, image: nginx}]}
      """
    And the cluster settles
    Then pod/web-7 does not exist

  Scenario: A pod with the labels and another name is left alone
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: other, labels: {app: web}}
      spec: {containers: [{name: nginx, image: nginx}]}
      """
    And the cluster settles
    Then pod/other has no owner
    And there are 3 pods of statefulset/web

  Scenario: A pod that loses its labels is let go, and its name is taken until it is gone
    When I label pod/web-1 app=other
    And 1 minute passes
    Then pod/web-1 has no owner
    And there are 2 pods of statefulset/web
    And there is no event "FailedCreate" for statefulset/web
    When I delete pod/web-1
    And 20 minutes pass
    Then there are 3 ready pods of statefulset/web

Feature: Daemon pods that come to an end
  A daemon pod that failed or succeeded is deleted and replaced; a node that keeps failing pods is given time.

  Scenario: A failed pod is replaced, and told of
    Given a cluster with 1 node
    When I apply "web.yaml"
    And the cluster settles
    And I mark this moment
    And I patch the status of the pod of daemonset/web on node-0 with:
      """yaml
      status:
        phase: Failed
        reason: Evicted
      """
    And the cluster settles
    Then 1 pod of daemonset/web was created
    And there is 1 running pod of daemonset/web
    And there is a Warning event "FailedDaemonPod" for daemonset/web with message "Found failed daemon pod default/web-* on node node-0, will try to kill it"
    And there is a Normal event "SuccessfulDelete" for daemonset/web with message "Deleted pod: web-*"

  Scenario: A succeeded pod is replaced, and told of
    Given a cluster with 1 node
    When I apply "web.yaml"
    And the cluster settles
    And I patch the status of the pod of daemonset/web on node-0 with:
      """yaml
      status:
        phase: Succeeded
      """
    And the cluster settles
    Then there is 1 running pod of daemonset/web
    And there is a Normal event "SucceededDaemonPod" for daemonset/web with message "Found succeeded daemon pod default/web-* on node node-0, will try to delete it"

  Scenario: A node that fails one pod after the other is given ever more time
    Given a cluster with 1 node
    When I apply "web.yaml"
    And 1 second passes
    And I patch the status of the pod of daemonset/web on node-0 with:
      """yaml
      status:
        phase: Failed
      """
    Then there are 0 failed pods
    When 1 second passes
    And I patch the status of the pod of daemonset/web on node-0 with:
      """yaml
      status:
        phase: Failed
      """
    Then there are 0 failed pods
    When 1 second passes
    And I patch the status of the pod of daemonset/web on node-0 with:
      """yaml
      status:
        phase: Failed
      """
    Then there is 1 failed pod
    When 1 second passes
    Then there is 1 failed pod
    When 1 second passes
    Then there are 0 failed pods
    And there is 1 pod of daemonset/web

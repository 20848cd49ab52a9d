Feature: Events are counted and forgotten

  Components tell what they do in events. The same event again raises a count, and an hour after its last change an
  event is gone.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: crash
      spec:
        containers:
          - name: main
            image: busybox
            command: [sh, -c, sleep 1; exit 1]
      """

  Scenario: The same event again raises the count of the first
    When 5 minutes pass
    Then the events of pod/crash are:
      | TYPE    | REASON    | MESSAGE                                                        | COUNT | FROM              |
      | Normal  | Scheduled | Successfully assigned default/crash to node-0                  | 1     | default-scheduler |
      | Normal  | Pulling   | Pulling image "busybox"                                        | 5     | kubelet           |
      | Normal  | Pulled    | Successfully pulled image "busybox" in *                       | 5     | kubelet           |
      | Normal  | Created   | Container created                                              | 5     | kubelet           |
      | Normal  | Started   | Container started                                              | 5     | kubelet           |
      | Warning | BackOff   | Back-off restarting failed container main in pod crash_default(*) | 5     | kubelet           |

  Scenario: An event is gone an hour after its last change
    Given 10 seconds pass
    And there is a Normal event "Scheduled" for pod/crash
    When I force delete pod/crash
    And 59 minutes pass
    Then there is a Normal event "Scheduled" for pod/crash
    When 1 minute passes
    Then there is no event "Scheduled" for pod/crash
    And there are no events

Feature: Similar events are told as one
  A component that tells much the same of one object again and again is heard less and less: what differs only in its
  message is combined from the tenth on within ten minutes, and after 25 events at once there is one every five minutes.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata:
        name: web
      spec:
        replicas: 0
        selector:
          matchLabels:
            app: web
        template:
          metadata:
            labels:
              app: web
          spec:
            containers:
              - name: web
                image: nginx
      """

  Scenario: The tenth and further ones are combined
    When I scale replicaset/web to 12
    And 5 seconds pass
    Then the events of replicaset/web are:
      | TYPE   | REASON           | MESSAGE                                              | COUNT | FROM                  |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | Created pod: web-*                                   | 1     | replicaset-controller |
      | Normal | SuccessfulCreate | (combined from similar events): Created pod: web-*   | 3     | replicaset-controller |

  Scenario: Of forty at once, 25 are heard, and one more five minutes later
    When I scale replicaset/web to 40
    And 5 seconds pass
    Then there is a Normal event "SuccessfulCreate" for replicaset/web with message "(combined from similar events): Created pod: web-*"
    And there are 10 events of replicaset/web
    When 6 minutes pass
    And I scale replicaset/web to 41
    Then there are 10 events of replicaset/web

Feature: A manifest that the API refuses

  Scenario: A field that there is not
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      datas:
        colour: blue
      """

  Scenario: A value that is not allowed
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: pi
      spec:
        backoffLimit: -1
        template:
          spec:
            restartPolicy: Never
            containers:
              - name: pi
                image: perl
      """

  Scenario: A refusal that was expected in other words
    Given a cluster with 1 node
    When I try to create:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: Settings
      """
    Then it is refused with:
      """
      the name is too loud
      """

  Scenario: A refusal that never came
    Given a cluster with 1 node
    When I try to label node/node-0 disk=ssd
    Then it is refused as Forbidden

Feature: A Job that says backoffLimit twice

  Scenario: Neither of the two is taken silently
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: pi
      spec:
        backoffLimit: 5
        activeDeadlineSeconds: 100
        ttlSecondsAfterFinished: 100
        template:
          spec:
            containers:
              - name: pi
                image: perl
                command: ["perl", "-Mbignum=bpi", "-wle", "print bpi(2000)"]
            restartPolicy: Never
        backoffLimit: 4
      """
    Then job/pi exists

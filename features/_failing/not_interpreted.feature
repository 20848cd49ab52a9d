Feature: A program that nobody interprets
  What failed because of it says so, however many events came after.

  Scenario: A pod that is never done
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: backup}
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: backup
              image: backup/agent:1.0
              command: [sh, -c, "rsync -a /data backup:/ && echo done"]
      """
    And 10 minutes pass
    Then job/backup is complete

Feature: One task after another
  The article "Job & DaemonSet" (002_8e06b71881d02d47.txt) and the article "Other kinds of pods" (004_ffa33a61927bd953.txt) say
  that by the dependencies between tasks the one before is over before the next one runs. A Job has no field that names
  another; these are the ways in which Kubernetes keeps an order.

  Scenario: Init containers are tasks that follow one another
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: build}
      spec:
        template:
          spec:
            restartPolicy: Never
            volumes: [{name: work, emptyDir: {}}]
            initContainers:
            - name: fetch
              image: busybox:1.37
              command: [sh, -c, "sleep 10; echo fetched >> /work/log"]
              volumeMounts: [{name: work, mountPath: /work}]
            - name: compile
              image: busybox:1.37
              command: [sh, -c, "sleep 20; echo compiled >> /work/log"]
              volumeMounts: [{name: work, mountPath: /work}]
            containers:
            - name: publish
              image: busybox:1.37
              command: [sh, -c, "cat /work/log; echo published"]
              volumeMounts: [{name: work, mountPath: /work}]
      """
    And 5 seconds pass
    Then status.initContainerStatuses[name=fetch].state.running.startedAt of pod/build-* is 2026-01-01T00:00:01Z
    And status.initContainerStatuses[name=compile].state.waiting.reason of pod/build-* is PodInitializing
    And status.active of job/build is 1
    When 10 seconds pass
    Then status.initContainerStatuses[name=fetch].state.terminated.reason of pod/build-* is Completed
    And status.containerStatuses[name=publish].state.waiting.reason of pod/build-* is PodInitializing
    When the cluster settles
    Then job/build is complete
    And the log of job/build is:
      """
      fetched
      compiled
      published
      """

  Scenario: A task that fails keeps those after it from running, and all are done again
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: build}
      spec:
        backoffLimit: 1
        template:
          spec:
            restartPolicy: Never
            initContainers: [{name: fetch, image: "busybox:1.37", command: [sh, -c, "sleep 5; exit 4"]}]
            containers: [{name: publish, image: "busybox:1.37", command: [echo, published]}]
      """
    And 8 seconds pass
    Then there is 1 failed pod of job/build
    And status.containerStatuses[name=publish].state.terminated of pod/build-* is not set
    When the cluster settles
    Then job/build has condition Failed with reason BackoffLimitExceeded
    And 2 pods of job/build were created

  Scenario: The indexes of a Job follow one another when one pod may run at a time
    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: steps}
      spec:
        completionMode: Indexed
        completions: 3
        parallelism: 1
        template:
          spec:
            restartPolicy: Never
            containers: [{name: c, image: "busybox:1.37", command: [sh, -c, "sleep 10; echo step $JOB_COMPLETION_INDEX"]}]
      """
    And 5 seconds pass
    Then the pods of job/steps are:
      | NAME      | STATUS  |
      | steps-0-* | Running |
    When 12 seconds pass
    Then the pods of job/steps are:
      | NAME      | STATUS    |
      | steps-0-* | Completed |
      | steps-1-* | Running   |
    When the cluster settles
    Then job/steps is complete
    And at most 1 pod of job/steps ran at once
    And the log of pod/steps-2-* contains "step 2"
    And the trace of job/steps matches the snapshot "one index after the other"

  Scenario: An index that fails is done again before the next one begins
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: steps}
      spec:
        completionMode: Indexed
        completions: 2
        parallelism: 1
        template:
          spec:
            restartPolicy: Never
            volumes: [{name: state, hostPath: {path: /var/lib/steps}}]
            containers:
            - name: c
              image: busybox:1.37
              command:
              - sh
              - -c
              - |
                if [ $JOB_COMPLETION_INDEX = 0 ] && [ ! -f /state/tried ]; then touch /state/tried; exit 1; fi
                sleep 5
              volumeMounts: [{name: state, mountPath: /state}]
      """
    And 5 seconds pass
    Then status.failed of job/steps is 1
    When 10 seconds pass
    Then the pods of job/steps are:
      | NAME      | STATUS  |
      | steps-0-* | Error   |
      | steps-0-* | Running |
    When the cluster settles
    Then job/steps is complete
    And status.completedIndexes of job/steps is 0,1

  Scenario: Tasks that run side by side in one pod wait for one another through what they share
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: relay}
      spec:
        template:
          spec:
            restartPolicy: Never
            volumes: [{name: state, emptyDir: {}}]
            containers:
            - name: first
              image: busybox:1.37
              command: [sh, -c, "sleep 10; touch /state/first"]
              volumeMounts: [{name: state, mountPath: /state}]
            - name: second
              image: busybox:1.37
              command: [sh, -c, "while [ ! -f /state/first ]; do sleep 1; done; echo begun; sleep 10"]
              volumeMounts: [{name: state, mountPath: /state}]
      """
    And 10 seconds pass
    Then the log of job/relay container second is empty
    When 3 seconds pass
    Then the log of job/relay container second is:
      """
      begun
      """
    And status.containerStatuses[name=first].state.terminated.reason of pod/relay-* is Completed
    When the cluster settles
    Then job/relay is complete

  Scenario: A Job waits for another's completion through the API
    The pods of the second Job ask the API server, with the token of their service account, until the first Job is complete.

    Given a cluster with 2 nodes
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: first
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: first
              image: busybox:1.37
              command: [sh, -c, "sleep 30; date"]
      ---
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: second
      spec:
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: second
              image: curlimages/curl
              command:
              - sh
              - -c
              - |
                account=/var/run/secrets/kubernetes.io/serviceaccount
                first=https://kubernetes.default.svc/apis/batch/v1/namespaces/$(cat $account/namespace)/jobs/first
                until curl -s --cacert $account/ca.crt -H "Authorization: Bearer $(cat $account/token)" $first |
                  grep -q '"type": "Complete"'; do
                  sleep 1
                done
                echo first is complete
      """
    And 25 seconds pass
    Then status.active of job/second is 1
    When 20 seconds pass
    Then job/first is complete
    And job/second is complete
    And the log of job/second is:
      """
      first is complete
      """

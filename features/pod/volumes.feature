Feature: Volumes
  What containers write to a volume, and what the API publishes in one, is there in their files.

  Background:
    Given a cluster with 1 node

  Scenario: Two containers and an init container share an emptyDir
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: pair}
      spec:
        restartPolicy: Never
        volumes: [{name: shared, emptyDir: {}}]
        initContainers:
        - name: seed
          image: busybox:1.37
          command: [sh, -c, echo seed > /work/a]
          volumeMounts: [{name: shared, mountPath: /work}]
        containers:
        - name: reader
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, "while [ ! -e /in/b ]; do sleep 1; done; printf '%s ' $(cat /in/a /in/b); [ -w /in/c ] || printf ro; exit 4"]
          volumeMounts: [{name: shared, mountPath: /in, readOnly: true}]
        - name: writer
          image: busybox:1.37
          command: [sh, -c, "sleep 30; echo late > /out/b; sleep 5"]
          volumeMounts: [{name: shared, mountPath: /out}]
      """
    And 32 seconds pass
    Then status.containerStatuses[name=reader].state.running.startedAt of pod/pair is 2026-01-01T00:00:02Z
    When 2 seconds pass
    Then status.containerStatuses[name=reader].state.terminated.exitCode of pod/pair is 4
    And status.containerStatuses[name=reader].state.terminated.message of pod/pair is seed late ro

  Scenario: An emptyDir outlives its containers
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: counter}
      spec:
        volumes: [{name: data, emptyDir: {}}]
        containers:
        - name: count
          image: busybox:1.37
          command: [sh, -c, "echo x >> /data/log; [ $(wc -l < /data/log) -ge 3 ] && sleep infinity; sleep 5; exit 1"]
          volumeMounts: [{name: data, mountPath: /data}]
      """
    And 1 minute passes
    Then pod/counter is ready
    And status.containerStatuses[name=count].restartCount of pod/counter is 2

  Scenario: An update of a ConfigMap reaches the files a minute later, but not those of a subPath
    Given I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: red}
      """
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        restartPolicy: Never
        volumes: [{name: settings, configMap: {name: settings}}]
        containers:
        - name: web
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, "until [ $(cat /etc/web/colour) = blue ]; do sleep 1; done; printf '%s ' $(date +%T); cat /etc/colour; exit 1"]
          volumeMounts:
          - {name: settings, mountPath: /etc/web}
          - {name: settings, mountPath: /etc/colour, subPath: colour}
      """
    And 90 seconds pass
    And I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {colour: blue}
      """
    And 25 seconds pass
    Then pod/web is running
    When 10 seconds pass
    Then pod/web is failed
    And status.containerStatuses[name=web].state.terminated.message of pod/web is 00:02:01 red

  Scenario: The pod tells of itself, and its account has a token
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        restartPolicy: Never
        volumes:
        - name: about
          downwardAPI:
            items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]
        containers:
        - name: web
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          workingDir: /var/run/secrets/kubernetes.io/serviceaccount
          command: [sh, -c, "printf '%s ' $(cat /about/labels) $(ls) $(cat namespace) $(tail -1 /etc/hosts) $(cat /etc/resolv.conf); printf end; exit 1"]
          volumeMounts: [{name: about, mountPath: /about}]
      """
    And 5 seconds pass
    Then status.containerStatuses[name=web].state.terminated.message of pod/web is app="web" ca.crt namespace token default 10.244.0.2 web search default.svc.cluster.local svc.cluster.local cluster.local nameserver 10.96.0.10 options ndots:5 end

  Scenario: A pod waits for the volume that cannot be set up
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        volumes: [{name: settings, configMap: {name: settings}}]
        containers:
        - name: web
          image: busybox:1.37
          command: [sleep, infinity]
          volumeMounts: [{name: settings, mountPath: /etc/web}]
      """
    And 10 seconds pass
    Then pod/web is pending
    And status.containerStatuses[name=web].state.waiting.reason of pod/web is ContainerCreating
    And there is a Warning event "FailedMount" for pod/web
    When I apply:
      """yaml
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      """
    And 10 seconds pass
    Then pod/web is ready

  Scenario: What a pod leaves on its node is there for the next one
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec:
        restartPolicy: Never
        volumes: [{name: host, hostPath: {path: /var/lib/app}}]
        containers:
        - name: write
          image: busybox:1.37
          command: [sh, -c, "echo a > /data/mark; sleep 1000"]
          volumeMounts: [{name: host, mountPath: /data}]
      """
    And 10 seconds pass
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec:
        restartPolicy: Never
        volumes: [{name: host, hostPath: {path: /var/lib}}]
        containers:
        - name: read
          image: busybox:1.37
          terminationMessagePolicy: FallbackToLogsOnError
          command: [sh, -c, "printf $(cat /lib/app/mark); exit 1"]
          volumeMounts: [{name: host, mountPath: /lib}]
      """
    And 10 seconds pass
    Then status.containerStatuses[name=read].state.terminated.message of pod/second is a

  Scenario: Two pods of one node see at once what the other writes to their hostPath
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: reader}
      spec:
        restartPolicy: Never
        volumes: [{name: host, hostPath: {path: /var/lib/app}}]
        containers:
        - name: read
          image: busybox:1.37
          command: [sh, -c, "until [ -e /data/mark ]; do sleep 1; done; cat /data/mark; date +%s; echo seen > /data/answer; sleep 10; exit 3"]
          volumeMounts: [{name: host, mountPath: /data}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: writer}
      spec:
        restartPolicy: Never
        volumes: [{name: host, hostPath: {path: /var/lib/app}}]
        containers:
        - name: write
          image: busybox:1.37
          command: [sh, -c, "sleep 100; echo hello > /data/mark; while [ ! -e /data/answer ]; do sleep 5; done; cat /data/answer"]
          volumeMounts: [{name: host, mountPath: /data}]
      """
    And 90 seconds pass
    Then pod/reader is running
    When 3600 seconds pass
    Then the log of pod/reader contains "hello"
    And the log of pod/writer contains "seen"
    And status.containerStatuses[name=read].state.terminated.exitCode of pod/reader is 3
    And pod/writer is succeeded

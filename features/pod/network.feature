Feature: Containers talk to one another
  wget, curl, nc and nslookup in a container reach other containers by the names that the cluster's DNS has, by the addresses of
  pods and Services, and at a Service one of its ready endpoints.

  Background:
    Given a cluster with 2 nodes
    And I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        selector:
          app: web
        ports:
        - port: 80
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
        labels:
          app: web
      spec:
        nodeName: node-0
        containers:
        - name: web
          image: nginx
      """

  Scenario: A client waits until the service answers
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: late
      spec:
        selector:
          app: late
        ports:
        - port: 80
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: late
        labels:
          app: late
      spec:
        containers:
        - name: late
          image: nginx
          readinessProbe:
            httpGet:
              port: 80
            initialDelaySeconds: 30
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: client
      spec:
        restartPolicy: Never
        containers:
        - name: client
          image: busybox:1.37
          command: [sh, -c, "until wget -q -O /tmp/page http://late; do sleep 1; done; grep 'Welcome to nginx' /tmp/page"]
      """
    And 20 seconds pass
    Then pod/client is running
    And the log of pod/client contains "wget: can't connect to remote host ("
    When 20 seconds pass
    Then pod/client is succeeded
    And the log of pod/client contains "<h1>Welcome to nginx!</h1>"

  Scenario: What programs say of servers and of names that are not there
    When 5 seconds pass
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: client
      spec:
        restartPolicy: Never
        containers:
        - name: client
          image: busybox:1.37
          command:
          - sh
          - -c
          - |
            wget -O - http://web/missing
            wget -q http://nowhere:8080; echo "wget $?"
            wget -q -T 2 http://10.244.0.77; echo "wget $?"
            wget --spider web.default.svc.cluster.local
            wget http://web && wc -c index.html
            curl -sS -o /dev/null -w "%{http_code}\n" web.default.svc.cluster.local
            curl -s -f -o /dev/null -w "%{http_code}\n" web/missing; echo "curl $?"
            curl http://nowhere; echo "curl $?"
            curl http://web:81 -m 3; echo "curl $?"
            nc -z web 80 && echo open
            nc -v -z web 80
            nslookup web
            nslookup nowhere
            exit 1
      """
    And 30 seconds pass
    Then pod/client is failed
    And the log of pod/client matches the snapshot "said"

  Scenario: A pod is reached at its own address, where a closed port refuses
    When 5 seconds pass
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: client
      spec:
        containers:
        - name: client
          image: busybox:1.37
          command: [sleep, infinity]
      """
    And 5 seconds pass
    And I run "wget -q -O - http://10.244.0.2 | head -n 4 | tail -n 1" in pod/client
    Then the output contains "<title>Welcome to nginx!</title>"
    When I run "wget -q http://10.244.0.2:81" in pod/client
    Then it fails with exit code 1
    And the error output contains "wget: can't connect to remote host (10.244.0.2): Connection refused"
    When I run "curl http://10.244.0.2:81" in pod/client
    Then it fails with exit code 7
    And the error output contains "curl: (7) Failed to connect to 10.244.0.2 port 81 after 0 ms: Could not connect to server"

  Scenario: Containers of a pod share its network
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: pair
      spec:
        restartPolicy: Never
        containers:
        - name: server
          image: busybox:1.37
          command: [sh, -c, "mkdir /www; echo hello > /www/index.html; sleep 3; httpd -f -p 8080 -h /www"]
        - name: client
          image: busybox:1.37
          command: [sh, -c, "until wget -q -O - localhost:8080; do sleep 1; done"]
      """
    And 10 seconds pass
    Then the log of pod/pair container client is:
      """
      wget: can't connect to remote host (127.0.0.1): Connection refused
      wget: can't connect to remote host (127.0.0.1): Connection refused
      wget: can't connect to remote host (127.0.0.1): Connection refused
      hello
      """

  Scenario: A script that answers with nc
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: script
      spec:
        nodeName: node-1
        containers:
        - name: script
          image: busybox:1.37
          command: [sh, -c, "i=0; while true; do i=$((i + 1)); printf 'HTTP/1.1 200 OK\\r\\n\\r\\nanswer %s\\n' $i | nc -l -p 8080 > /dev/null; done"]
          readinessProbe:
            tcpSocket:
              port: 8080
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: client
      spec:
        restartPolicy: Never
        containers:
        - name: client
          image: busybox:1.37
          command: [sh, -c, "sleep 5; wget -q -O - 10.244.1.2:8080; sleep 1; curl -s 10.244.1.2:8080; nc -z 10.244.1.2 8080 && echo open"]
      """
    And 20 seconds pass
    Then pod/script is ready
    And the log of pod/client is:
      """
      answer 1
      answer 2
      open
      """

  Scenario: An exec probe that asks its own server
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: asks
      spec:
        containers:
        - name: asks
          image: nginx
          readinessProbe:
            exec:
              command: [curl, -sf, -o, /dev/null, "http://localhost/"]
            periodSeconds: 5
      """
    And 5 seconds pass
    Then pod/asks is ready
    When container "asks" of pod/asks starts answering 500 on /
    And 20 seconds pass
    Then condition Ready of pod/asks is False

Feature: Reaching a service
  A connection to a Service goes to one of its ready endpoints: to the port that the endpoints have under the name of the
  Service's port. A pod that fails its readiness probe is no such endpoint.

  Background:
    Given a cluster with 2 nodes
    And containers of image "example.com/red" listen on port 8080 and answer 200 at port 8080 with "red\n"
    And containers of image "example.com/blue" listen on port 9090 and answer 200 at port 9090 with "blue\n"
    And I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: red
        labels:
          app: web
      spec:
        hostname: red
        subdomain: team
        containers:
        - name: web
          image: example.com/red
          ports:
          - name: http
            containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
            failureThreshold: 2
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: blue
        labels:
          app: web
      spec:
        containers:
        - name: web
          image: example.com/blue
          ports:
          - name: http
            containerPort: 9090
      ---
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

  Scenario: A failing readiness probe takes the pod out of its service
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        selector:
          app: web
        ports:
        - name: http
          port: 80
          targetPort: http
      """
    And 10 seconds pass
    And I run in pod/client:
      """sh
      for i in $(seq 20); do wget -q -O - http://web; sleep 1; done | sort -u
      """
    Then the output is:
      """
      blue
      red
      """
    When container "web" of pod/blue stops listening
    And I run "wget -q -O - http://web" in pod/client
    And container "web" of pod/red starts answering 500 on /ready
    And 10 seconds pass
    Then condition Ready of pod/red is False
    When I run in pod/client:
      """sh
      for i in $(seq 5); do wget -q -O - http://web; sleep 1; done
      """
    Then the error output is:
      """
      wget: can't connect to remote host (10.*.*.*): Connection refused
      wget: can't connect to remote host (10.*.*.*): Connection refused
      wget: can't connect to remote host (10.*.*.*): Connection refused
      wget: can't connect to remote host (10.*.*.*): Connection refused
      wget: can't connect to remote host (10.*.*.*): Connection refused
      """
    When container "web" of pod/red starts answering 200 on /ready
    And I delete pod/blue
    And 40 seconds pass
    And I run "wget -q -O - http://web" in pod/client
    Then the output contains "red"
    When I delete pod/red
    And 40 seconds pass
    And I run "curl -sS http://web" in pod/client
    Then it fails with exit code 7
    And the error output contains "curl: (7) Failed to connect to web port 80 after 0 ms: Could not connect to server"

  Scenario: A client stays with its endpoint when the service says so
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        selector:
          app: web
        sessionAffinity: ClientIP
        sessionAffinityConfig:
          clientIP:
            timeoutSeconds: 60
        ports:
        - port: 80
          targetPort: http
      """
    And 10 seconds pass
    And I run in pod/client:
      """sh
      for i in $(seq 20); do wget -q -O - http://web; sleep 10; done | sort -u | wc -l
      """
    Then the output is:
      """
      1
      """

  Scenario: The pods of a headless service have names of their own
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: team
      spec:
        clusterIP: None
        selector:
          app: web
        ports:
        - name: http
          port: 8080
      """
    And 10 seconds pass
    And I run "wget -q -O - http://red.team:8080" in pod/client
    Then the output is:
      """
      red
      """
    When I run "wget -q -O - http://red.team.default.svc.cluster.local:8080" in pod/client
    Then it succeeds
    When I run "nslookup team" in pod/client
    Then the output is:
      """
      Server:		10.96.0.10
      Address:	10.96.0.10:53

      Name:	team.default.svc.cluster.local
      Address: 10.244.*
      Name:	team.default.svc.cluster.local
      Address: 10.244.*

      """
    When container "web" of pod/red starts answering 500 on /ready
    And 10 seconds pass
    And I run "wget -q -O - http://red.team:8080" in pod/client
    Then it fails with exit code 1
    And the error output contains "wget: bad address 'red.team:8080'"

  Scenario: Clients of another namespace name the namespace
    When I apply:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata:
        name: other
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        selector:
          app: web
        ports:
        - port: 80
          targetPort: http
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: alias
        namespace: other
      spec:
        type: ExternalName
        externalName: web.default.svc.cluster.local
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: client
        namespace: other
      spec:
        restartPolicy: Never
        containers:
        - name: client
          image: busybox:1.37
          command: [sh, -c, "sleep 5; wget -q -O - http://web; wget -q --spider http://web.default && wget -q --spider http://alias && echo both"]
      """
    And 10 seconds pass
    And I use namespace other
    Then the log of pod/client is:
      """
      wget: bad address 'web'
      both
      """

  Scenario: A service is reached through a port of every node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        type: NodePort
        selector:
          app: web
        ports:
        - port: 80
          targetPort: http
          nodePort: 30080
      """
    And 10 seconds pass
    And I run in pod/client:
      """sh
      wget -q --spider http://10.0.0.1:30080 && echo open
      nc -z 10.0.0.1 30081 || echo closed
      """
    Then the output contains "open"
    And the output contains "closed"

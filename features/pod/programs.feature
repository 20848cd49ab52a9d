Feature: Scripts as people write them
  What a script in a spec does, it does as it would in a container.

  Background:
    Given a cluster with 1 node

  Scenario: A script puts a file together and works on it
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: report
      spec:
        restartPolicy: Never
        containers:
        - name: report
          image: busybox:1.37
          env:
          - name: TEAM
            value: blue
          command:
          - /bin/sh
          - -euc
          - |
            log() { printf '%s [%-5s] %s\n' "$(date -u +%H:%M:%S)" "$1" "$2"; }
            trap 'log INFO "ended with $?"' EXIT
            mkdir -p /work && cd /work
            cat > list.csv <<END
            name,age,team
            ann,31,red
            bob,27,${TEAM:-none}
            eve,45,$(echo blue)
            END
            sed -i 's/^ *//' list.csv
            log INFO "$(wc -l < list.csv | tr -d ' ') lines"
            for team in $(tail -n +2 list.csv | cut -d, -f3 | sort -u); do
              log INFO "$team: $(grep -c ",$team\$" list.csv)"
              sleep 2
            done
            oldest=$(tail -n +2 list.csv | sort -t, -k2,2nr | head -1)
            log DONE "${oldest%%,*}"
            [ "${oldest%%,*}" = eve ] || exit 3
      """
    And 10 seconds pass
    Then pod/report is succeeded
    And the log of pod/report is:
      """
      00:00:01 [INFO ] 4 lines
      00:00:01 [INFO ] blue: 2
      00:00:03 [INFO ] red: 1
      00:00:05 [DONE ] eve
      00:00:05 [INFO ] ended with 0
      """

  Scenario: What goes through a pipe is there as it comes
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: ticker
      spec:
        containers:
        - name: ticker
          image: busybox:1.37
          command: [sh, -c, "while true; do date +%S; sleep 10; done | tee /tmp/log"]
      """
    And 25 seconds pass
    Then the log of pod/ticker is:
      """
      01
      11
      21
      """
    When I run "tail -n 1 /tmp/log" in pod/ticker
    Then the output is:
      """
      21
      """

  Scenario Outline: A shell says what it does not know: <script>
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: bad
      spec:
        restartPolicy: Never
        containers:
        - name: bad
          image: busybox:1.37
          command: [sh, -c, "<script>"]
      """
    And 5 seconds pass
    Then status.containerStatuses[name=bad].state.terminated.exitCode of pod/bad is <code>
    And the log of pod/bad contains "<says>"

    Examples:
      | script                 | code | says                                                          |
      | if true                | 2    | sh: syntax error: unexpected end of file                      |
      | nosuch --flag          | 127  | sh: nosuch: not found                                         |
      | coproc cat             | 127  | sh: coproc: not found                                         |
      | cat <&12               | 2    | is not interpreted by virtual containers                      |
      | while true; do :; done | 137  | a loop without a sleep is cut off                             |

  Scenario: A probe sees what another container of its pod writes, and what somebody changes by hand
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        volumes:
        - name: shared
          emptyDir: {}
        containers:
        - name: web
          image: nginx:1.29
          volumeMounts: [{name: shared, mountPath: /shared}]
          readinessProbe:
            exec:
              command: [test, -f, /shared/ready]
            periodSeconds: 5
        - name: helper
          image: busybox:1.37
          volumeMounts: [{name: shared, mountPath: /shared}]
          command: [sh, -c, "sleep 62; touch /shared/ready; sleep 60; rm /shared/ready; sleep 1000000"]
      """
    And 60 seconds pass
    Then condition Ready of pod/web is False
    When 10 seconds pass
    Then condition Ready of pod/web is True
    When 60 seconds pass
    Then condition Ready of pod/web is True
    When 10 seconds pass
    Then condition Ready of pod/web is False
    When I run "touch /shared/ready" in pod/web container helper
    And 5 seconds pass
    Then condition Ready of pod/web is True
    When I run "rm /shared/ready" in pod/web container web
    And 15 seconds pass
    Then condition Ready of pod/web is False

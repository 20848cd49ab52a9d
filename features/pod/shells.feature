Feature: Shells
  What `sh` is depends on the image: busybox's, dash in those made of Debian, and bash where it is called.

  Background:
    Given a cluster with 1 node

  Scenario Outline: A double bracket is a test in some shells and an unknown program in others
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: check}
      spec:
        restartPolicy: Never
        containers:
        - {name: c, image: "<image>", command: [<shell>, -c, "[[ -n $HOME && abc == a* ]] && echo yes || echo no"]}
      """
    And 30 seconds pass
    Then the log of pod/check contains "<output>"

    Examples:
      | image        | shell | output              |
      | busybox:1.37 | sh    | yes                 |
      | debian:12    | bash  | yes                 |
      | debian:12    | sh    | sh: 1: [[: not found |

  Scenario: Bash has arrays, braces and arithmetic loops
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: counted}
      spec:
        restartPolicy: Never
        containers:
        - name: c
          image: ubuntu:24.04
          command: [bash, -c]
          args:
          - |
            names=(a "b c")
            for name in "${names[@]}"; do echo "<$name>"; done
            for ((i = 0; i < 2; i++)); do echo $i; done
            echo {1..3} ${names[0]^^}
            read -r first _ <<< "one two"; ((${#names[@]} == 2)) && echo $first
      """
    And 30 seconds pass
    Then the log of pod/counted contains:
      """
      <a>
      <b c>
      0
      1
      1 2 3 A
      one
      """

  Scenario: An image of busybox has no bash
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: wrong}
      spec:
        restartPolicy: Never
        containers:
        - {name: c, image: busybox, command: [/bin/bash, -c, echo hello]}
      """
    And 30 seconds pass
    Then status.containerStatuses[name=c].state.terminated.reason of pod/wrong is StartError
    And status.containerStatuses[name=c].state.terminated.exitCode of pod/wrong is 128
    And there is a Warning event "Failed" for pod/wrong with message "Error: failed to create containerd task: *stat /bin/bash: no such file or directory: unknown"

  Scenario: Awk takes lines apart
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: sums}
      spec:
        restartPolicy: Never
        containers:
        - name: c
          image: busybox
          command: [sh, -c]
          args:
          - |
            printf 'web 3\ndb 4\nweb 5\n' > /tmp/data
            awk '{ n[$1] += $2 } END { for (k in n) print k, n[k] }' /tmp/data
            awk -F: '$1 == "root" { print $NF }' <<E
            root:x:/bin/sh
            E
            free=$(awk '/db/ {printf "%d%%", $2 * 100 / 16}' /tmp/data); echo $free
      """
    And 30 seconds pass
    Then the log of pod/sums contains:
      """
      db 4
      web 8
      /bin/sh
      25%
      """

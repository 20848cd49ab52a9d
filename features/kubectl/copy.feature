@kubectl
Feature: kubectl cp
  Files and folders are copied into a container and out of it by a tar that is executed there. What that tar says of the names
  in an archive may come too late for kubectl, which ends as soon as it has unpacked the last of it.

  Background:
    Given a cluster with 1 node
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - {name: web, image: busybox, command: [sleep, infinity]}
      """
    And I wait until pod/web is running

  Scenario: A file goes in and comes out as it was
    When I run `cd $(mktemp -d); printf 'a\0\377\200b\303\251\n' > sent; kubectl cp sent web:/tmp/kept; kubectl cp web:/tmp/kept got > /dev/null; cmp sent got && echo same; kubectl exec web -- ls /tmp`
    Then the output is:
      """
      same
      kept
      """

  Scenario: A folder goes in and comes out
    When I run `cd $(mktemp -d); mkdir -p site/pages; echo home > site/index; echo one > site/pages/1; kubectl cp site web:/srv-site -c web; kubectl exec web -- cat /srv-site/index /srv-site/pages/1`
    Then the output is:
      """
      home
      one
      """
    When I run `cd $(mktemp -d); kubectl exec web -- sh -c 'mkdir -p /tmp/d/e; echo x > /tmp/d/e/f'; kubectl cp web:/tmp/d out >/dev/null; find out -type f | xargs cat`
    Then the output is:
      """
      x
      """

  Scenario: What is not there is said
    When I run `cd $(mktemp -d); kubectl cp web:/tmp/nope got`
    Then the output contains "tar: /tmp/nope: No such file or directory"

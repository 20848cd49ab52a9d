@kubectl
Feature: kubectl asks who it is and what it may do
  Everybody may do everything; tokens of service accounts are made, and told from what is none.

  Background:
    Given a cluster with 1 node

  Scenario: Who asks, and whether he may
    When I run `kubectl auth whoami`
    Then the output is:
      """
      ATTRIBUTE   VALUE
      Username    kubernetes-admin
      Groups      [system:masters system:authenticated]
      """
    When I run `kubectl auth whoami --as=bob --as-group=devs`
    Then the output is:
      """
      ATTRIBUTE   VALUE
      Username    bob
      Groups      [devs system:authenticated]
      """
    When I run `kubectl auth can-i create pods`
    Then the output is:
      """
      yes
      """
    When I run `kubectl auth can-i --list`
    Then the output contains "*.*         []                  []               [*]"

  Scenario: A token of a service account says whose it is
    When I run `kubectl create token default | cut -d. -f2 | tr _- /+ | sed 's/$/===/' | base64 -d 2>/dev/null`
    Then the output contains "system:serviceaccount:default:default"
    When I run `kubectl create token default --duration=1s`
    Then it fails with exit code 1
    And the error output contains "may not specify a duration less than 10 minutes"
    When I run `kubectl create token nobody`
    Then it fails with exit code 1
    And the error output is:
      """
      error: failed to create token: serviceaccounts "nobody" not found
      """

  Scenario: A signing request that is not there, and numbers that nobody collects
    When I run `kubectl certificate approve mine`
    Then it fails with exit code 1
    And the error output is:
      """
      Error from server (NotFound): certificatesigningrequests.certificates.k8s.io "mine" not found
      """
    When I run `kubectl top nodes`
    Then it fails with exit code 1
    And the error output is:
      """
      error: Metrics API not available
      """

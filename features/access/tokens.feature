Feature: Tokens of service accounts
  A secret of the type `kubernetes.io/service-account-token` is filled with a token of the account that it names, which has no end. It
  goes with its account, and the token is good only as long as both are there.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: ServiceAccount
      metadata: {name: robot}
      ---
      apiVersion: v1
      kind: Secret
      metadata:
        name: robot-token
        annotations: {kubernetes.io/service-account.name: robot}
      type: kubernetes.io/service-account-token
      """

  Scenario: A secret is filled, and filled again
    Then data.namespace of secret/robot-token is ZGVmYXVsdA==
    And the secrets are:
      | NAME        | TYPE                                | DATA |
      | robot-token | kubernetes.io/service-account-token | 3    |
    When I merge patch secret/robot-token with:
      """yaml
      data: {namespace: null, token: null}
      """
    Then data.namespace of secret/robot-token is ZGVmYXVsdA==
    And the secrets are:
      | NAME        | DATA |
      | robot-token | 3    |

  Scenario: A secret goes with its account, and one whose account is not there goes at once
    When I delete serviceaccount/robot
    Then secret/robot-token does not exist
    When I apply:
      """yaml
      apiVersion: v1
      kind: Secret
      metadata:
        name: nobody-token
        annotations: {kubernetes.io/service-account.name: nobody}
      type: kubernetes.io/service-account-token
      """
    Then secret/nobody-token does not exist

  Scenario: A secret that names no account is refused
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Secret
      metadata: {name: of-nobody}
      type: kubernetes.io/service-account-token
      """
    Then it is refused as Invalid with:
      """
      Secret "of-nobody" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value
      """

  Scenario: A pod has a token of its account, unless it or the account does not want one
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: with}
      spec:
        serviceAccountName: robot
        containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: without}
      spec:
        automountServiceAccountToken: false
        containers: [{name: c, image: busybox, command: [sleep, infinity]}]
      """
    And the cluster settles
    And I run "ls /var/run/secrets/kubernetes.io/serviceaccount" in pod/with
    Then the output is:
      """
      ca.crt
      namespace
      token
      """
    When I run "ls /var/run/secrets/kubernetes.io/serviceaccount" in pod/without
    Then it fails with exit code 1
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: other}
      spec:
        serviceAccountName: nobody
        containers: [{name: c, image: busybox}]
      """
    Then it is refused as Forbidden with:
      """
      pods "other" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found
      """

  @kubectl
  Scenario: The token of a secret is its account's, until the secret is gone
    When I run `token=$(kubectl get secret robot-token -o jsonpath='{.data.token}' | base64 -d); printf '{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"%s"}}' $token | kubectl create --raw /apis/authentication.k8s.io/v1/tokenreviews -f -`
    Then the output contains "authenticated"
    And the output contains "system:serviceaccount:default:robot"
    When I run `token=$(kubectl get secret robot-token -o jsonpath='{.data.token}' | base64 -d); kubectl delete secret robot-token >/dev/null; printf '{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"%s"}}' $token | kubectl create --raw /apis/authentication.k8s.io/v1/tokenreviews -f -`
    Then the output contains "invalid bearer token"

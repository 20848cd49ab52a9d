Feature: Requests for certificates
  A request for a certificate is approved or denied, and forgotten when it is over.

  Background:
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: certificates.k8s.io/v1
      kind: CertificateSigningRequest
      metadata:
        name: jane
      spec:
        request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWFtRnVaVEJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSApBMElBQklNZXJIVlI0bVo3MmlzSE9HYVpYZHcyL0E5dzJmVWUzVDZPVTVrV2RGWFRKemVBYXZ1NnUzOWo4dTBLCjVaU2xWY0xrM2xkUFp0RDNuUk5KV1BhSUlSMmdBREFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUVBdDVqK0FVbGEKdlh5TzJKVkhSeWU3cUVFRnVZd3QzaURhckxOQy93dENHU1FDSUVJa2ZFM3FWczRrMXhjaFNCUldrQUxveE9TUgpYNEFrcSs3eElWREM5RjY1Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=
        signerName: kubernetes.io/kube-apiserver-client
        usages: [client auth]
      """

  Scenario: A request that nobody answers is kept for a day
    When 23 hours pass
    Then certificatesigningrequest/jane exists
    When 2 hours pass
    Then certificatesigningrequest/jane does not exist

  @kubectl
  Scenario: An approved request waits for its signer
    When I run `kubectl get csr`
    Then the output is:
      """
      NAME   AGE   SIGNERNAME                            REQUESTOR          REQUESTEDDURATION   CONDITION
      jane   0s    kubernetes.io/kube-apiserver-client   kubernetes-admin   <none>              Pending
      """
    When I run `kubectl certificate approve jane`
    Then the output is:
      """
      certificatesigningrequest.certificates.k8s.io/jane approved
      """
    And certificatesigningrequest/jane has condition Approved with reason KubectlApprove and message "This CSR was approved by kubectl certificate approve."
    When 3 days pass
    Then certificatesigningrequest/jane exists

  @kubectl
  Scenario: A denied request says so
    When I run `kubectl certificate deny jane`
    Then the output is:
      """
      certificatesigningrequest.certificates.k8s.io/jane denied
      """
    When I run `kubectl get csr --no-headers`
    Then the output is:
      """
      jane   *   kubernetes.io/kube-apiserver-client   kubernetes-admin   <none>   Denied
      """

  @kubectl
  Scenario: What was answered is forgotten after an hour
    When I run `kubectl get csr jane -o json | sed 's/"status": {}/"status": {"conditions": [{"type": "Denied", "status": "True", "reason": "No", "message": "no"}]}/' | kubectl replace --raw /apis/certificates.k8s.io/v1/certificatesigningrequests/jane/approval -f -`
    Then it succeeds
    And certificatesigningrequest/jane has condition Denied with reason No
    When 59 minutes pass
    Then certificatesigningrequest/jane exists
    When 2 hours pass
    Then certificatesigningrequest/jane does not exist

@kubectl
Feature: kubectl on Jobs
  A Job is made, waited for, described, and deleted with all others.

  Background:
    Given a cluster with 1 node
    When I run `kubectl apply -f pi.yaml`
    Then it succeeds

  Scenario: A Job is shown while it runs and when it is complete
    When 5 seconds pass
    And I run `kubectl get jobs`
    Then the output is:
      """
      NAME   STATUS    COMPLETIONS   DURATION   AGE
      pi     Running   0/2           *s         *s
      """
    When I run `kubectl wait --for=condition=complete job/pi --timeout=120s`
    Then the output is:
      """
      job.batch/pi condition met
      """
    When I run `kubectl get jobs -o wide`
    Then the output is:
      """
      NAME   STATUS     COMPLETIONS   DURATION   AGE*CONTAINERS   IMAGES   SELECTOR
      pi     Complete   2/2           *s        *s *  pi           perl:5   batch.kubernetes.io/controller-uid=*
      """

  Scenario: The names of a Job's pods by a path
    When I run `kubectl wait --for=condition=complete job/pi --timeout=120s`
    And I run `kubectl get pods --selector=job-name=pi --output=jsonpath='{.items[*].metadata.name}'`
    Then the output is:
      """
      pi-* pi-*
      """

  Scenario: Columns of one's own
    When 5 seconds pass
    And I run `kubectl get pods -o custom-columns=JOB:.metadata.labels.job-name,NODE:.spec.nodeName,IMAGE:.spec.containers[0].image`
    Then the output is:
      """
      JOB   NODE     IMAGE
      pi    node-0   perl:5
      """

  Scenario: A description says how far it is
    When I run `kubectl wait --for=condition=complete job/pi --timeout=120s`
    And I run `kubectl describe job pi`
    Then the output contains "Completions:      2"
    And the output contains "Pods Statuses:    0 Active (0 Ready) / 2 Succeeded / 0 Failed"
    And the output contains "Normal  SuccessfulCreate * job-controller  Created pod: pi-*"
    And the output contains "Normal  Completed * job-controller  Job completed"

  # How soon the pipe is seen to be closed is the machine's business.
  @wall-clock
  Scenario: Pods are watched until the first has ended
    When I run `kubectl get pods --watch --no-headers | head -n 5`
    Then it succeeds
    And the output contains "pi-*   0/1   Pending             0 * *s"
    And the output contains "pi-*   0/1   ContainerCreating   0 * *s"
    And the output contains "pi-*   1/1   Running             0 * *s"

  Scenario: All Jobs are deleted
    When I run `sed "s/name: pi/name: other/" pi.yaml | kubectl apply -f -`
    And I run `kubectl delete jobs --all`
    Then it succeeds
    And the output contains "job.batch *other* deleted"
    And the output contains "job.batch *pi* deleted"
    When I run `kubectl get jobs`
    Then the error output is:
      """
      No resources found in default namespace.
      """

  Scenario: A template cannot be changed
    When I run `kubectl patch job pi -p '{"spec":{"template":{"spec":{"restartPolicy":"OnFailure"}}}}'`
    Then it fails with exit code 1
    And the error output contains "The Job *pi* is invalid: spec.template: Invalid value: *: field is immutable"

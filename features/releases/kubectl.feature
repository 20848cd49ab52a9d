@kubectl
Feature: kubectl against older releases
  kubectl sees the group versions of the cluster's release, and says what it says of those that are not served.

  Scenario: A batch/v1beta1 CronJob is created by kubectl in 1.24
    Given a Kubernetes 1.24 cluster with 1 node
    When I run `kubectl apply -f -`
      """
      apiVersion: batch/v1beta1
      kind: CronJob
      metadata:
        name: jobs
      spec:
        schedule: "0/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                containers:
                - name: myjob
                  image: busybox:latest
                  command: ['/bin/sh', '-c', 'sleep 5']
                restartPolicy: Never
      """
    Then it succeeds
    And the output is:
      """
      cronjob.batch/jobs created
      """
    And the error output is:
      """
      Warning: batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob
      """
    When I run `kubectl get cronjobs.v1beta1.batch jobs -o jsonpath='{.apiVersion} {.spec.schedule}'`
    Then it succeeds
    And the output is:
      """
      batch/v1beta1 0/1 * * * *
      """

  Scenario: kubectl finds no such kind in 1.25
    Given a Kubernetes 1.25 cluster with 1 node
    When I run `kubectl create --validate=false -f -`
      """
      apiVersion: batch/v1beta1
      kind: CronJob
      metadata:
        name: jobs
      spec:
        schedule: "0/1 * * * *"
        jobTemplate:
          spec:
            template:
              spec:
                containers:
                - name: myjob
                  image: busybox:latest
                restartPolicy: Never
      """
    Then it fails with exit code 1
    And the error output is:
      """
      error: resource mapping not found for name: "jobs" namespace: "" from "STDIN": no matches for kind "CronJob" in version "batch/v1beta1"
      ensure CRDs are installed first
      """

  Scenario: An Ingress of extensions/v1beta1 is shown in the version that is asked for
    Given a Kubernetes 1.21 cluster with 1 node
    When I run `kubectl apply -f -`
      """
      apiVersion: extensions/v1beta1
      kind: Ingress
      metadata:
        name: web
      spec:
        backend:
          serviceName: web
          servicePort: http
      """
    Then it succeeds
    When I run `kubectl get ingresses.v1.networking.k8s.io web -o jsonpath='{.spec.defaultBackend}'`
    Then the output contains "web"
    And the output is:
      """
      {"service":{"name":"web","port":{"name":"http"}}}
      """
    When I run `kubectl get ingresses.v1beta1.extensions web -o jsonpath='{.spec.backend}'`
    Then the output is:
      """
      {"serviceName":"web","servicePort":"http"}
      """

  Scenario: The server says which release it is
    Given a Kubernetes 1.24 cluster with 1 node
    When I run `kubectl version -o json`
    Then the output contains "v1.24.17"
    When I run `kubectl api-versions`
    Then the output contains "policy/v1beta1"
    And the output does not contain "resource.k8s.io"

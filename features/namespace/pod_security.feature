@kubectl
Feature: What pods of a namespace have to be like

  The labels of a namespace name a standard: pods that do not come up to what it enforces are refused, and who writes what
  such pods would be made from is warned.

  Background:
    Given a cluster with 1 node

  Scenario: A pod below the standard is refused, and one that comes up to it runs
    Given I use namespace hard
    And I label namespace/hard pod-security.kubernetes.io/enforce=restricted
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - {name: web, image: nginx}
        - {name: log, image: busybox, securityContext: {privileged: true}}
      """
    Then it is refused as Forbidden with:
      """
      pods "web" is forbidden: violates PodSecurity "restricted:latest": privileged (container "log" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (containers "web", "log" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers "web", "log" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or containers "web", "log" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "web", "log" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")
      """
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        securityContext: {runAsNonRoot: true, runAsUser: 101, seccompProfile: {type: RuntimeDefault}}
        containers:
        - name: web
          image: nginx
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      """
    And I wait until pod/web is running
    And I run `kubectl debug web --image=busybox --profile=legacy -- sleep 60`
    Then it fails with exit code 1
    And the error output contains "is forbidden: violates PodSecurity"
    And the error output contains "must set securityContext.allowPrivilegeEscalation=false"

  Scenario: Who writes a Deployment is warned, and its pods are refused
    Given I use namespace shop
    And I label namespace/shop pod-security.kubernetes.io/enforce=baseline
    When I run `kubectl apply -n shop -f -`
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - {name: web, image: nginx, ports: [{containerPort: 80, hostPort: 8080}]}
            volumes:
            - {name: root, hostPath: {path: /}}
      """
    Then the output is:
      """
      deployment.apps/web created
      """
    And the error output is:
      """
      Warning: would violate PodSecurity "baseline:latest": hostPath volumes (volume "root"), hostPort (container "web" uses hostPort 8080)
      """
    When 1 minute passes
    Then there are 0 pods of deployment/web
    And deployment/web has condition ReplicaFailure with reason FailedCreate
    And there is a Warning event "FailedCreate" for replicaset/web-* with message "Error creating: pods *web-* is forbidden: violates PodSecurity *baseline:latest*: hostPath volumes (volume *root*), hostPort (container *web* uses hostPort 8080)"
    When I run `kubectl -n shop scale deployment/web --replicas=2`
    Then it succeeds
    And the error output is empty
    When I label namespace/shop pod-security.kubernetes.io/enforce=privileged
    And 1 hour passes
    Then there are 2 pods of deployment/web

  Scenario: Other controllers are told the same of their pods
    Given I use namespace shop
    And I label namespace/shop pod-security.kubernetes.io/enforce=baseline
    When I apply:
      """yaml
      apiVersion: batch/v1
      kind: Job
      metadata: {name: once}
      spec:
        template:
          spec: {restartPolicy: Never, hostPID: true, containers: [{name: once, image: busybox}]}
      ---
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent}
      spec:
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {hostPID: true, containers: [{name: agent, image: busybox}]}
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {hostPID: true, containers: [{name: db, image: busybox}]}
      """
    And 1 minute passes
    Then there is a Warning event "FailedCreate" for job/once with message "Error creating: pods *once-* is forbidden: violates PodSecurity *baseline:latest*: host namespaces (hostPID=true)"
    And there is a Warning event "FailedCreate" for daemonset/agent with message "Error creating: pods *agent-* is forbidden: violates PodSecurity *baseline:latest*: host namespaces (hostPID=true)"
    And there is a Warning event "FailedCreate" for statefulset/db with message "Create Pod db-0 in StatefulSet db failed error: pods *db-0* is forbidden: violates PodSecurity *baseline:latest*: host namespaces (hostPID=true)"

  Scenario: A pod may be let in and warned of
    Given I use namespace soft
    And I label namespace/soft pod-security.kubernetes.io/warn=restricted pod-security.kubernetes.io/warn-version=v1.21
    When I run `kubectl run web -n soft --image=nginx`
    Then the output is:
      """
      pod/web created
      """
    And the error output is:
      """
      Warning: would violate PodSecurity "restricted:v1.21": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")
      """
    When I run `kubectl label pod/web -n soft tier=front`
    Then the error output is empty
    When I run `kubectl set image pod/web -n soft web=nginx:2`
    Then the error output contains "Warning: would violate PodSecurity"

  Scenario: A label that names no level or no version is refused
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Namespace
      metadata:
        name: hard
        labels: {pod-security.kubernetes.io/enforce: strict}
      """
    Then it is refused as Invalid with:
      """
      Namespace "hard" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted
      """
    When I try to label namespace/default pod-security.kubernetes.io/audit=Baseline pod-security.kubernetes.io/warn-version=1.36
    Then it is refused as Invalid with:
      """
      Namespace "default" is invalid: [metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "Baseline": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.36": must be "latest" or "v1.x"]
      """

  Scenario: Who makes a namespace stricter hears of the pods that are there
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {hostNetwork: true, containers: [{name: a, image: nginx}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: b}
      spec: {containers: [{name: b, image: nginx}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: c}
      spec: {containers: [{name: c, image: nginx}]}
      """
    And I run `kubectl label namespace default pod-security.kubernetes.io/enforce=restricted`
    Then the output is:
      """
      namespace/default labeled
      """
    And the error output is:
      """
      Warning: existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"
      Warning: a: host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile
      Warning: b (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile
      """
    When I run `kubectl label namespace default --overwrite pod-security.kubernetes.io/enforce=baseline`
    Then the error output is empty
    And there are 3 pods

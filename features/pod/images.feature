Feature: Images
  A container starts once its image is on the node. A pull that fails is tried again, later and later.

  Background:
    Given a cluster with 1 node

  Scenario: An image that there is none of
    Given image "nginx:1.99" cannot be pulled
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx:1.99
        - name: sidekick
          image: nginx:1.29
      """
    And 3 seconds pass
    Then the pods are:
      | NAME | READY | STATUS       | RESTARTS |
      | web  | 1/2   | ErrImagePull | 0        |
    And there is a Normal event "Pulling" for pod/web with message "Pulling image *nginx:1.99*"
    And there is a Warning event "Failed" for pod/web with message "Failed to pull image *nginx:1.99*: rpc error: code = NotFound desc = failed to pull and unpack image *docker.io/library/nginx:1.99*: failed to resolve reference *docker.io/library/nginx:1.99*: docker.io/library/nginx:1.99: not found"
    And there is a Warning event "Failed" for pod/web with message "Error: ErrImagePull"
    When 1 second passes
    Then the pods are:
      | NAME | READY | STATUS           | RESTARTS |
      | web  | 1/2   | ImagePullBackOff | 0        |
    And there is a Normal event "BackOff" for pod/web with message "Back-off pulling image *nginx:1.99*"
    And pod/web is pending
    When 10 minutes pass
    Then the trace of pod/web matches the snapshot "pulled in vain"

  Scenario: A registry that comes back
    Given image "registry.example.com/shop" cannot be pulled because "rpc error: code = Unavailable desc = connection refused"
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: shop
      spec:
        containers:
        - name: shop
          image: registry.example.com/shop:2
      """
    And 1 minute passes
    Then the pods are:
      | NAME | READY | STATUS           | RESTARTS |
      | shop | 0/1   | ImagePullBackOff | 0        |
    When image "registry.example.com/shop" can be pulled
    And 1 minute passes
    Then pod/shop is ready
    And status.containerStatuses[name=shop].restartCount of pod/shop is 0

  Scenario: The first pod of a node waits for its image, and the next one finds it
    Given node/node-0 has no images
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: first
      spec:
        containers:
        - name: web
          image: nginx:1.29
      """
    And 2 seconds pass
    Then the pods are:
      | NAME  | READY | STATUS            | RESTARTS |
      | first | 0/1   | ContainerCreating | 0        |
    When 1 second passes
    Then pod/first is ready
    And there is a Normal event "Pulled" for pod/first with message "Successfully pulled image *nginx:1.29* in 2s (2s including waiting). Image size: * bytes."
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: second
      spec:
        containers:
        - name: web
          image: nginx:1.29
          imagePullPolicy: Never
      """
    And 1 second passes
    Then pod/second is ready
    And there is a Normal event "Pulled" for pod/second with message "Container image *nginx:1.29* already present on machine and can be accessed by the pod"

  Scenario: An image that must not be pulled and is not there
    Given node/node-0 has no images
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: nginx:1.29
          imagePullPolicy: Never
      """
    And 2 seconds pass
    Then the pods are:
      | NAME | READY | STATUS            | RESTARTS |
      | web  | 0/1   | ErrImageNeverPull | 0        |
    And there is a Warning event "ErrImageNeverPull" for pod/web with message "Container image *nginx:1.29* is not present with pull policy of Never"
    And there is a Warning event "Failed" for pod/web with message "Error: ErrImageNeverPull"
    When node/node-0 has image "nginx:1.29"
    And 1 minute passes
    Then pod/web is ready

  Scenario: A name that is none
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        containers:
        - name: web
          image: NGINX
      """
    And 2 seconds pass
    Then the pods are:
      | NAME | READY | STATUS           | RESTARTS |
      | web  | 0/1   | InvalidImageName | 0        |
    And there is a Warning event "InspectFailed" for pod/web with message "Failed to apply default image tag *NGINX*: couldn't parse image name *NGINX*: invalid reference format: repository name (library/NGINX) must be lowercase"

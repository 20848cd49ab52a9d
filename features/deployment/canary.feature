Feature: A canary
  The article on DaemonSets (000) names canary deployments as what a Deployment adds to a ReplicaSet: a second Deployment
  with a few pods of the new version stands beside the first, and one Service selects the pods of both.

  Scenario: One pod in four is of the new version until the old Deployment is given it
    Given a cluster with 2 nodes
    And I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: shop}
      spec: {selector: {app: shop}, ports: [{port: 80}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: shop-stable}
      spec:
        replicas: 3
        selector: {matchLabels: {app: shop, track: stable}}
        template:
          metadata: {labels: {app: shop, track: stable}}
          spec: {containers: [{name: shop, image: "shop:1"}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: shop-canary}
      spec:
        replicas: 1
        selector: {matchLabels: {app: shop, track: canary}}
        template:
          metadata: {labels: {app: shop, track: canary}}
          spec: {containers: [{name: shop, image: "shop:2"}]}
      """
    And the cluster settles
    Then there are 4 running pods labelled app=shop
    And there is 1 running pod labelled app=shop,track=canary
    And there are 3 running pods of deployment/shop-stable
    And endpointslice/shop-* matches the snapshot "both behind one service"
    When I set the image of deployment/shop-stable container shop to shop:2
    And I scale deployment/shop-canary to 0
    And the cluster settles
    Then there are 3 running pods labelled app=shop
    And the pods of deployment/shop-stable are:
      | NAME          | STATUS  | IMAGES |
      | shop-stable-* | Running | shop:2 |
      | shop-stable-* | Running | shop:2 |
      | shop-stable-* | Running | shop:2 |

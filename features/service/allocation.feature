Feature: Cluster addresses and node ports
  The API server gives each service an address out of 10.96.0.0/16 and, where its type asks for one, a port of every node out of
  30000-32767. What is asked for by name has to be free and in the range.

  Background:
    Given a cluster with 1 node

  Scenario Outline: A cluster address that cannot be had
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: "<address>", ports: [{port: 80}]}
      """
    Then it is refused as Invalid with:
      """
      Service "web" is invalid: spec.clusterIPs: Invalid value: ["<address>"]: <why>
      """

    Examples:
      | address     | why                                                                                                                                      |
      | 10.96.0.1   | failed to allocate IP 10.96.0.1: provided IP is already allocated                                                                        |
      | 192.168.0.9 | failed to allocate IP 192.168.0.9: the provided network does not match the current range |

  Scenario: Node ports
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, ports: [{name: http, port: 80, nodePort: 30080}, {name: https, port: 443}]}
      """
    Then spec.ports[0].nodePort of service/web is 30080
    And service/web matches the snapshot "two ports"
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
      """
    Then it is refused as Invalid with:
      """
      Service "other" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated
      """
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 8080}]}
      """
    Then it is refused as Invalid with:
      """
      Service "other" is invalid: spec.ports[0].nodePort: Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767
      """
    When I delete service/web
    And I create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
      """
    Then spec.ports[0].nodePort of service/other is 30080

  Scenario: The same node port for two protocols
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: dns}
      spec: {type: NodePort, ports: [{name: udp, port: 53, protocol: UDP, nodePort: 30053}, {name: tcp, port: 53, nodePort: 30053}]}
      """
    Then spec.ports[1].nodePort of service/dns is 30053

  Scenario: A service that is no NodePort any more gives its ports back
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
      """
    And I set spec.type of service/web to ClusterIP
    Then spec.ports[0].nodePort of service/web is not set
    When I create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}
      """
    Then spec.ports[0].nodePort of service/other is 30080

  Scenario: The address of a service stays
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.0.80, ports: [{port: 80}]}
      """
    And I try to patch service/web with:
      """yaml
      spec: {clusterIP: 10.96.0.81}
      """
    Then it is refused as Invalid with:
      """
      Service "web" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.81"]: may not change once set
      """
    When I merge patch service/web with:
      """yaml
      spec: {type: ExternalName, externalName: example.com, clusterIP: null, clusterIPs: null}
      """
    Then spec.clusterIP of service/web is not set
    When I create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {clusterIP: 10.96.0.80, ports: [{port: 80}]}
      """
    Then spec.clusterIP of service/other is 10.96.0.80

  Scenario: A headless service has no address, and a load balancer waits for one
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: front}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
      """
    Then spec.clusterIP of service/db is None
    And status of service/front is {loadBalancer: {}}
    And spec.allocateLoadBalancerNodePorts of service/front is true
    And the services are:
      | NAME       | TYPE         | CLUSTER-IP | EXTERNAL-IP | PORT(S)      |
      | db         | ClusterIP    | None       | <none>      | 5432/TCP     |
      | front      | LoadBalancer | 10.96.*    | <pending>   | 80:3*/TCP    |
      | kubernetes | ClusterIP    | 10.96.0.1  | <none>      | 443/TCP      |

  Scenario: Session affinity is kept, with its time
    When I apply:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {sessionAffinity: ClientIP, ports: [{port: 80}]}
      """
    Then spec.sessionAffinityConfig of service/web is {clientIP: {timeoutSeconds: 10800}}
    When I merge patch service/web with:
      """yaml
      spec: {sessionAffinity: None, sessionAffinityConfig: null}
      """
    Then spec.sessionAffinityConfig of service/web is not set

  Scenario: Several ports need names
    When I try to create:
      """yaml
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {ports: [{port: 80}, {port: 443}]}
      """
    Then it is refused as Invalid with:
      """
      Service "web" is invalid: [spec.ports[0].name: Required value, spec.ports[1].name: Required value]
      """

@kubectl
Feature: kubectl on nodes
  Labels, taints, cordons and drains.

  Background:
    Given a cluster with 2 nodes

  Scenario: Nodes with all their columns
    When I run `kubectl get nodes -o wide`
    Then the output is:
      """
      NAME     STATUS   ROLES    AGE*VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   KERNEL-VERSION*CONTAINER-RUNTIME
      node-0   Ready    <none>  * v1.36.2   10.0.0.1      <none>        Linux * containerd://*
      node-1   Ready    <none>  * v1.36.2   10.0.0.2      <none>        Linux * containerd://*
      """

  Scenario: A label is set, refused, overwritten, shown and removed
    When I run `kubectl label nodes node-0 disktype=ssd`
    Then the output is:
      """
      node/node-0 labeled
      """
    When I run `kubectl label nodes node-0 disktype=hdd`
    Then it fails with exit code 1
    And the error output contains "'disktype' already has a value (ssd), and --overwrite is false"
    When I run `kubectl label --overwrite nodes node-0 disktype=hdd`
    And I run `kubectl get nodes -L disktype -l disktype`
    Then the output is:
      """
      NAME     STATUS   ROLES    AGE*VERSION   DISKTYPE
      node-0   Ready    <none> * v1.36.2   hdd
      """
    When I run `kubectl label nodes node-0 disktype-`
    Then the output is:
      """
      node/node-0 unlabeled
      """
    And metadata.labels.disktype of node/node-0 is not set

  Scenario: A taint is set, described and removed
    When I run `kubectl taint nodes node-0 dedicated=db:NoSchedule`
    Then the output is:
      """
      node/node-0 tainted
      """
    When I run `kubectl describe node node-0 | grep Taint`
    Then the output is:
      """
      Taints:             dedicated=db:NoSchedule
      """
    When I run `kubectl taint nodes node-0 dedicated=db:NoSchedule`
    Then it fails with exit code 1
    And the error output is:
      """
      error: node node-0 already has dedicated taint(s) with same effect(s) and --overwrite is false
      """
    When I run `kubectl taint nodes node-0 dedicated:NoSchedule-`
    Then the output is:
      """
      node/node-0 untainted
      """
    When I run `kubectl describe node node-0 | grep Taint`
    Then the output is:
      """
      Taints:             <none>
      """

  Scenario: A cordoned node takes no pods until it is uncordoned
    When I run `kubectl cordon node-0`
    Then the output is:
      """
      node/node-0 cordoned
      """
    When I run `kubectl get nodes --no-headers`
    Then the output is:
      """
      node-0   Ready,SchedulingDisabled   <none> *
      node-1   Ready                      <none> *
      """
    When I run `kubectl cordon node-0`
    Then the output is:
      """
      node/node-0 already cordoned
      """
    When I run `kubectl uncordon node-0`
    Then the output is:
      """
      node/node-0 uncordoned
      """
    And spec.unschedulable of node/node-0 is not set

  Scenario: A drain evicts what is not a daemon's
    When I run `kubectl apply -f fluentd.yaml`
    And I run `kubectl cordon node-1`
    And I run `kubectl apply -f pi.yaml`
    And 5 seconds pass
    And I run `kubectl drain node-0`
    Then it fails with exit code 1
    And the error output contains "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
    When I run `kubectl drain node-0 --ignore-daemonsets`
    Then it succeeds
    And the output contains "evicting pod default/pi-*"
    And the output contains "pod/pi-* evicted"
    And the output contains "node/node-0 drained"

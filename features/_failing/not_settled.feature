Feature: Bounds that are reached

  Scenario: Waiting for what never comes
    Given a cluster with 1 node
    When I wait at most 5 minutes until node/node-0 has condition Painted

  Scenario: Settling where no minute is quiet
    Five containers that fail take turns: each is restarted every five minutes, a minute after the one before it.

    Given a cluster with 1 node
    And I apply:
      """
      {apiVersion: v1, kind: Pod, metadata: {name: flasher-1}, spec: {initContainers: [{name: wait, image: busybox, command: [sleep, "60"]}], containers: [{name: flash, image: busybox, command: ["false"]}]}}
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: flasher-2}, spec: {initContainers: [{name: wait, image: busybox, command: [sleep, "120"]}], containers: [{name: flash, image: busybox, command: ["false"]}]}}
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: flasher-3}, spec: {initContainers: [{name: wait, image: busybox, command: [sleep, "180"]}], containers: [{name: flash, image: busybox, command: ["false"]}]}}
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: flasher-4}, spec: {initContainers: [{name: wait, image: busybox, command: [sleep, "240"]}], containers: [{name: flash, image: busybox, command: ["false"]}]}}
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: flasher-5}, spec: {initContainers: [{name: wait, image: busybox, command: [sleep, "300"]}], containers: [{name: flash, image: busybox, command: ["false"]}]}}
      """
    When the cluster settles

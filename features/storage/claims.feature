Feature: Classes and protection of volume claims
  A claim that names no class gets the default one, and neither a claim nor its volume goes while it is in use.

  Scenario: A claim without a class gets the default class
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata:
        name: fast
        annotations:
          storageclass.kubernetes.io/is-default-class: "true"
      provisioner: csi.example.com
      """
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
      """
    Then spec.storageClassName of persistentvolumeclaim/data is fast
    And metadata.finalizers of persistentvolumeclaim/data is ["kubernetes.io/pvc-protection"]
    And reclaimPolicy of storageclass/fast is Delete

  Scenario: A claim stays until the last pod that uses it is gone
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        nodeName: node-0
        terminationGracePeriodSeconds: 0
        containers:
          - name: main
            image: busybox
            command: ["sleep", "3600"]
        volumes:
          - name: data
            persistentVolumeClaim:
              claimName: data
      """
    When I delete persistentvolumeclaim/data
    And 1 minute passes
    Then persistentvolumeclaim/data exists
    When I delete pod/web
    And 1 minute passes
    Then persistentvolumeclaim/data does not exist

  Scenario: A class keeps its provisioner
    Given a cluster with 1 node
    And I apply:
      """yaml
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata:
        name: fast
      provisioner: csi.example.com
      """
    When I try to patch storageclass/fast with:
      """yaml
      provisioner: other.example.com
      """
    Then it is refused with:
      """
      StorageClass.storage.k8s.io "fast" is invalid: provisioner: Forbidden: updates to provisioner are forbidden.
      """

Feature: Generic ephemeral volumes
  A pod may have a volume claim of its own, which is made for it and goes with it.

  Background:
    Given a cluster with 1 node
    And I apply "classes.yaml"

  Scenario: The claim is named after the pod and the volume, and goes with the pod
    When I apply:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: app
      spec:
        terminationGracePeriodSeconds: 1
        containers:
          - name: main
            image: busybox
            command: [sh, -c, "echo kept > /scratch/note; sleep infinity"]
            volumeMounts:
              - name: scratch
                mountPath: /scratch
        volumes:
          - name: scratch
            ephemeral:
              volumeClaimTemplate:
                metadata:
                  labels:
                    type: scratch
                spec:
                  accessModes: [ReadWriteOnce]
                  storageClassName: late
                  resources:
                    requests:
                      storage: 1Gi
      """
    And I wait until pod/app is ready
    Then persistentvolumeclaim/app-scratch is owned by pod/app
    And persistentvolumeclaim/app-scratch has the label type=scratch
    And status.phase of persistentvolumeclaim/app-scratch is Bound
    When I delete pod/app
    And the cluster settles
    Then persistentvolumeclaim/app-scratch does not exist

  Scenario: Somebody else's claim of that name is not taken
    When I apply:
      """yaml
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: app-scratch
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: app
      spec:
        containers:
          - name: main
            image: nginx
        volumes:
          - name: scratch
            ephemeral:
              volumeClaimTemplate:
                spec:
                  accessModes: [ReadWriteOnce]
                  resources:
                    requests:
                      storage: 1Gi
      """
    Then there is a Warning event "FailedBinding" for pod/app with message "ephemeral volume scratch: PVC default/app-scratch was not created for pod default/app (pod is not owner)"

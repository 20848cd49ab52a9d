@kubectl
Feature: kubectl explains resources
  The server publishes what fields its objects have, and kubectl prints it.

  Scenario: A field is explained with the values that it can have
    Given a Kubernetes 1.36 cluster with 1 node
    When I run `kubectl explain daemonset.spec.updateStrategy`
    Then it succeeds
    And the output is:
      """
      GROUP:      apps
      KIND:       DaemonSet
      VERSION:    v1

      FIELD: updateStrategy <DaemonSetUpdateStrategy>


      DESCRIPTION:
          An update strategy to replace existing DaemonSet pods with new pods.
          DaemonSetUpdateStrategy is a struct used to control the update strategy for
          a DaemonSet.
          
      FIELDS:
        rollingUpdate	<RollingUpdateDaemonSet>
          Rolling update config params. Present only if type = "RollingUpdate".

        type	<string>
        enum: OnDelete, RollingUpdate
          Type of daemon set update. Can be "RollingUpdate" or "OnDelete". Default is
          RollingUpdate.
          
          Possible enum values:
           - `"OnDelete"` Replace the old daemons only when it's killed
           - `"RollingUpdate"` Replace the old daemons by new ones using rolling
          update i.e replace them on each node one after the other.
      """

  Scenario: An object needs no metadata but its name, and an event needs them all
    Given a Kubernetes 1.36 cluster with 1 node
    When I run `kubectl explain configmap`
    Then the output contains "metadata	<ObjectMeta>"
    And the output does not contain "metadata	<ObjectMeta> -required-"
    When I run `kubectl explain event --api-version=v1`
    Then the output contains "metadata	<ObjectMeta> -required-"

  Scenario: A field is shown with all that is below it
    Given a Kubernetes 1.36 cluster with 1 node
    When I run `kubectl explain ds.spec.updateStrategy --output=plaintext-openapiv2 --recursive`
    Then it succeeds
    And the output is:
      """
      KIND:     DaemonSet
      VERSION:  apps/v1

      RESOURCE: updateStrategy <Object>

      DESCRIPTION:
           An update strategy to replace existing DaemonSet pods with new pods.

           DaemonSetUpdateStrategy is a struct used to control the update strategy for
           a DaemonSet.

      FIELDS:
         rollingUpdate	<Object>
            maxSurge	<string>
            maxUnavailable	<string>
         type	<string>
      """

  Scenario: A field that does not exist is no secret
    Given a Kubernetes 1.36 cluster with 1 node
    When I run `kubectl explain ds.spec.strategy`
    Then it fails with exit code 1
    And the error output is:
      """
      error: field "strategy" does not exist
      """

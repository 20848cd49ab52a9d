Feature: A table whose rows differ in length

  Scenario: A cell too many
    Given a cluster with nodes:
      | NAME   | LABELS |
      | node-0 | a=b    | c=d |

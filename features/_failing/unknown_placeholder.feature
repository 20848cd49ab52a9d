Feature: An outline whose examples lack a column

  Scenario Outline: As many nodes as the row says
    Given a cluster with <many> nodes

    Examples:
      | few |
      | 1   |

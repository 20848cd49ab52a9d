//! Scenarios that need a program which this machine does not have.

use cucumber::gherkin::{Feature, Scenario};

/// Whether a program is on `PATH`.
pub(super) fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| {
        let file = folder.join(name);
        file.is_file() || file.with_extension("exe").is_file()
    })
}

/// Takes the scenarios with `tag` out of a feature, and tells of each.
pub(super) fn leave_out(feature: &mut Feature, tag: &str, told: &mut dyn FnMut(&Scenario)) {
    let has = |tags: &[String]| tags.iter().any(|it| it == tag);
    let all = has(&feature.tags);
    let mut keep = |scenario: &Scenario, all: bool| {
        let out = all || has(&scenario.tags);
        if out {
            told(scenario);
        }
        !out
    };
    feature.scenarios.retain(|it| keep(it, all));
    for rule in &mut feature.rules {
        let all = all || has(&rule.tags);
        rule.scenarios.retain(|it| keep(it, all));
    }
    feature.rules.retain(|it| !it.scenarios.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_the_feature_the_rule_or_the_scenario_takes_it_out() {
        let text = "Feature: f\n  @kubectl\n  Scenario: a\n    Given x\n  Scenario: b\n    Given x\n  @kubectl\n  Rule: r\n    \
                    Scenario: c\n      Given x\n";
        let mut feature = Feature::parse(text, cucumber::gherkin::GherkinEnv::default()).expect("it parses");
        let mut out = Vec::new();
        leave_out(&mut feature, "kubectl", &mut |it| out.push(it.name.clone()));
        assert_eq!(out, ["a", "c"]);
        assert_eq!(feature.scenarios.len(), 1);
        assert!(feature.rules.is_empty());
    }

    #[test]
    fn a_program_is_looked_for_on_the_path() {
        assert!(!has_program("there is no such program"));
    }
}

//! Which scenarios to play, and in which order.

use cucumber::codegen::Regex;
use cucumber::gherkin::Feature;
use cucumber::gherkin::tagexpr::TagOperation;
use cucumber::tag::Ext as _;

use crate::clock::Names;
use crate::report::Failure;

/// Chooses scenarios by tags and by name; both must agree.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    tags: Option<TagOperation>,
    name: Option<Regex>,
}

impl Filter {
    /// A filter of a tag expression (`@job and not @slow`) and a regular expression on names.
    ///
    /// # Errors
    /// When one of them does not parse.
    pub fn new(tags: Option<&str>, name: Option<&str>) -> Result<Self, Failure> {
        let tags = match tags {
            None => None,
            Some(text) => Some(text.parse::<TagOperation>().map_err(|error| {
                let at = format!("column {}", error.location.column);
                Failure::scenario(format!("the tag expression {text:?} does not parse at {at}"))
                    .help("write it as `@job and not (@slow or @wip)`")
            })?),
        };
        let name =
            match name {
                None => None,
                Some(text) => Some(Regex::new(text).map_err(|error| {
                    Failure::scenario(format!("the name {text:?} is no regular expression: {error}"))
                })?),
            };
        Ok(Filter { tags, name })
    }

    /// Whether it chooses everything.
    pub fn is_everything(&self) -> bool {
        self.tags.is_none() && self.name.is_none()
    }

    fn matches(&self, tags: &[&String], name: &str) -> bool {
        // Gherkin keeps tags without their `@`.
        self.tags.as_ref().is_none_or(|it| it.eval(tags.iter().copied()))
            && self.name.as_ref().is_none_or(|it| it.is_match(name))
    }

    /// Leaves the scenarios of `feature` that are chosen; `lines` names some of them by where they start.
    pub(super) fn apply(&self, feature: &mut Feature, lines: &[usize]) {
        let feature_tags = feature.tags.clone();
        let wanted = |tags: Vec<&String>, name: &str, at: (usize, usize)| {
            self.matches(&tags, name) && (lines.is_empty() || lines.iter().any(|it| (at.0..=at.1).contains(it)))
        };
        let end = |steps: &[cucumber::gherkin::Step], line: usize| {
            steps.iter().map(|it| it.position.line).max().unwrap_or(line).max(line)
        };
        feature.scenarios.retain(|it| {
            let tags = feature_tags.iter().chain(&it.tags).collect();
            wanted(tags, &it.name, (it.position.line, end(&it.steps, it.position.line)))
        });
        for rule in &mut feature.rules {
            let rule_tags = rule.tags.clone();
            rule.scenarios.retain(|it| {
                let tags = feature_tags.iter().chain(&rule_tags).chain(&it.tags).collect();
                wanted(tags, &it.name, (it.position.line, end(&it.steps, it.position.line)))
            });
        }
        feature.rules.retain(|it| !it.scenarios.is_empty());
    }
}

/// Puts features and their scenarios into an order that follows from `seed` alone.
pub(super) fn shuffle(features: &mut [Feature], seed: u64) {
    let mut names = Names::new(seed);
    shuffle_items(features, &mut names);
    for feature in features {
        shuffle_items(&mut feature.scenarios, &mut names);
        for rule in &mut feature.rules {
            shuffle_items(&mut rule.scenarios, &mut names);
        }
    }
}

/// Fisher and Yates.
fn shuffle_items<T>(items: &mut [T], names: &mut Names) {
    for i in (1..items.len()).rev() {
        let j = usize::try_from(names.next_u64() % (i as u64 + 1)).unwrap_or(0);
        items.swap(i, j);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_does_not_parse_is_an_error() {
        assert!(Filter::new(Some("@a and"), None).is_err());
        assert!(Filter::new(None, Some("(")).is_err());
        assert!(Filter::new(Some("@a and not @b"), Some("^x")).is_ok());
    }

    #[test]
    fn a_filter_looks_at_tags_and_names() {
        let filter = Filter::new(Some("@a and not @b"), Some("^x")).expect("it parses");
        let (a, b) = ("a".to_owned(), "b".to_owned());
        assert!(filter.matches(&[&a], "xyz"));
        assert!(!filter.matches(&[&a, &b], "xyz"));
        assert!(!filter.matches(&[&a], "abc"));
    }
}

//! The run as JUnit XML: a test suite for each feature file, a test case for each scenario.

use std::fmt::Write as _;

use super::record::{RunRecord, ScenarioRecord};
use super::terminal::render_failure;

/// The run as one JUnit document.
pub fn render_junit(run: &RunRecord, source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        run.scenarios.len(),
        run.failed(),
        run.errors.len()
    );
    let mut rest = run.scenarios.as_slice();
    while let Some(first) = rest.first() {
        let end = rest.iter().take_while(|it| it.place.path == first.place.path).count();
        let (suite, later) = rest.split_at(end);
        push_suite(&mut out, suite, source);
        rest = later;
    }
    if !run.errors.is_empty() {
        let n = run.errors.len();
        let _ = writeln!(out, "  <testsuite name=\"files\" tests=\"{n}\" failures=\"0\" errors=\"{n}\">");
        for error in &run.errors {
            let name = error.place.as_ref().map_or_else(|| "run".to_owned(), |place| place.path.clone());
            let _ = writeln!(out, "    <testcase name=\"{}\">", escaped(&name));
            let _ = writeln!(out, "      <error message=\"{}\"/>", escaped(&error.message));
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn push_suite(out: &mut String, suite: &[ScenarioRecord], source: &dyn Fn(&str) -> Option<String>) {
    let failed = suite.iter().filter(|it| it.failure().is_some()).count();
    let skipped = suite.iter().filter(|it| it.skipped.is_some()).count();
    let path = suite.first().map_or("", |it| it.place.path.as_str());
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">",
        escaped(path),
        suite.len()
    );
    for it in suite {
        let _ = write!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
            escaped(&it.feature),
            escaped(&it.name),
            escaped(path),
            it.place.line
        );
        match it.failure() {
            None => match &it.skipped {
                Some(why) => {
                    let _ = writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(why));
                }
                None => out.push_str("/>\n"),
            },
            Some((step, failure)) => {
                let text = render_failure(it, step, failure, source);
                let _ = writeln!(
                    out,
                    ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                    failure.class.name(),
                    escaped(&failure.message),
                    escaped(&text)
                );
            }
        }
    }
    out.push_str("  </testsuite>\n");
}

/// Text as XML allows it: the five entities, and no control character but tab and line feed.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_a_feature_and_a_case_a_scenario() {
        let text = render_junit(&super::super::record::tests::run(), &|_| None);
        assert!(text.contains("<testsuites tests=\"2\" failures=\"1\" errors=\"0\">"), "{text}");
        assert!(
            text.contains("<testcase classname=\"A &amp; B\" name=\"first\" file=\"features/a.feature\" line=\"2\"/>")
        );
        assert!(text.contains("message=\"it is &lt;another&gt;\""), "{text}");
        assert_eq!(text.matches("</testcase>").count(), 1);
    }

    #[test]
    fn text_is_escaped_for_xml() {
        assert_eq!(escaped("a<b & \"c\"\u{1}"), "a&lt;b &amp; &quot;c&quot;\u{fffd}");
    }
}

//! Steps about events.

use super::target::matches_glob;
use super::{Args, Result, Target, steps};
use crate::object::{Value, kinds};
use crate::report::Failure;
use crate::snapshot::columns;
use crate::world::World;

steps! {
    /// Checks that an event was recorded; `*` in its message stands for any characters.
    Then "there is a(n) <Normal|Warning> event {reason:text} for {object}( with message {message:text})", "Then there is a Normal event \"SuccessfulCreate\" for job/pi" => there_is;
    /// Checks that no event with that reason was recorded.
    Then "there is no event {reason:text} for {object}", "Then there is no event \"BackOff\" for pod/web-x7k2p" => there_is_none;
}

impl World {
    /// The events about an object, oldest first.
    pub(super) async fn events_of(&self, target: &Target) -> Result<Vec<Value>> {
        let namespace = if target.namespace.is_empty() { "default" } else { target.namespace.as_str() };
        let mut events = self.list(kinds::EVENT, Some(namespace)).await?;
        events.retain(|it| {
            let about = it.get("involvedObject");
            about["kind"].as_str() == Some(target.kind.info().kind) && about["name"].as_str() == Some(&target.name)
        });
        columns::sort_events(&mut events);
        Ok(events)
    }
}

fn render(events: &[Value]) -> String {
    let line = |it: &Value| {
        let text = |field: &str| it[field].str_or_empty().to_owned();
        format!("{} {} {}", text("type"), text("reason"), text("message"))
    };
    if events.is_empty() { "no events".into() } else { events.iter().map(line).collect::<Vec<_>>().join("\n") }
}

async fn there_is(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let events = world.events_of(&target).await?;
    let kind = if args.step.value.contains(" Warning event ") { "Warning" } else { "Normal" };
    let (reason, message) = (args.text("reason"), args.optional("message").map(super::args::unquoted));
    let holds = |it: &Value| {
        it["type"].as_str() == Some(kind)
            && it["reason"].as_str() == Some(reason)
            && message.is_none_or(|want| matches_glob(want, it["message"].str_or_empty()))
    };
    if events.iter().any(holds) {
        return Ok(());
    }
    let want = format!("{kind} {reason} {}", message.unwrap_or("*"));
    Err(Failure::expectation(format!("{target} has no such event")).comparing(want, render(&events)))
}

async fn there_is_none(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let events = world.events_of(&target).await?;
    let reason = args.text("reason");
    if events.iter().any(|it| it["reason"].as_str() == Some(reason)) {
        let failure = Failure::expectation(format!("{target} has an event {reason}"));
        return Err(failure.comparing(format!("no event {reason}"), render(&events)));
    }
    Ok(())
}

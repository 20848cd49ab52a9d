//! Steps that let time pass.

use super::{Args, Result, steps};
use crate::clock::{Span, Time};
use crate::report::Failure;
use crate::world::{World, not_settled};

steps! {
    /// Before the cluster: the instant that it starts at (2026-01-01T00:00:00Z if nothing is said). After it: lets time
    /// pass until then.
    Given "the time is {time:word}", "Given the time is 2026-03-01T02:00:00Z" => time_is;
    /// Lets time pass, and everything happen that is due meanwhile.
    When "{duration} pass(es)", "When 90 seconds pass" => pass;
    /// Puts the clock forward all at once, as when a machine was asleep: nothing happens in between, and what was due then
    /// happens late.
    When "the clock jumps ahead {duration}", "When the clock jumps ahead 3 hours" => leap;
    /// Lets time pass until nothing is due for a minute, at most a day. Not coming to rest is a failure of its own.
    When "the cluster settles", "When the cluster settles" => settles;
    /// Checks how much time has passed since the cluster started.
    Then "{duration} <has|have> passed", "Then 40 seconds have passed" => have_passed;
    /// Begins the period that assertions over time look at.
    When "I mark this moment", "When I mark this moment" => mark;
}

async fn time_is(world: &mut World, args: Args) -> Result {
    let word = args.text("time");
    if let Some(span) = word.strip_prefix("T+") {
        return check_passed(world, span).await;
    }
    let time = Time::parse(word)
        .ok_or_else(|| Failure::scenario(format!("{word:?} is no time")).help("write it as `2026-03-01T02:00:00Z`"))?;
    if !world.has_cluster() {
        world.options.start = time;
        return Ok(());
    }
    let stage = world.stage()?;
    let now = stage.now();
    if time < now {
        let message = format!("it is {} already: time does not run backwards", now.rfc3339());
        return Err(Failure::scenario(message));
    }
    stage.pass(time - now).await.map_err(not_settled)
}

async fn check_passed(world: &mut World, span: &str) -> Result {
    let want = super::parse_duration(span)
        .ok_or_else(|| Failure::scenario(format!("{span:?} is no duration")).help("write it as `T+1m30s`"))?;
    expect_passed(world, want)
}

async fn have_passed(world: &mut World, args: Args) -> Result {
    expect_passed(world, args.duration("duration")?)
}

fn expect_passed(world: &mut World, want: Span) -> Result {
    let stage = world.stage()?;
    let passed = stage.now() - stage.start();
    if passed == want {
        return Ok(());
    }
    Err(Failure::expectation("another time has passed").comparing(want.to_string(), passed.to_string()))
}

async fn pass(world: &mut World, args: Args) -> Result {
    let span = args.duration("duration")?;
    world.stage()?.pass(span).await.map_err(not_settled)
}

async fn leap(world: &mut World, args: Args) -> Result {
    let span = args.duration("duration")?;
    world.stage()?.leap(span).await.map_err(not_settled)
}

async fn settles(world: &mut World, _: Args) -> Result {
    world.stage()?.settle().await.map_err(not_settled)
}

async fn mark(world: &mut World, _: Args) -> Result {
    world.mark = Some(world.stage()?.now());
    Ok(())
}

//! Steps that try another step, and steps that wait for one to hold.

use cucumber::step::Context;

use super::{Args, Result, steps};
use crate::clock::Span;
use crate::report::{Class, Failure};
use crate::world::{World, not_settled};

/// How long a wait lasts at most when it does not say.
const PATIENCE: Span = Span::seconds(86_400);

/// How many instants at which something happens a wait looks at.
const INSTANTS: u32 = 100_000;

steps! {
    /// Does what the rest of the step says, and keeps the API's refusal for the steps after it.
    When "I try to {rest}", "When I try to delete pod/web" => try_to;
    /// Checks the API's words: the whole message.
    Then "<it|applying it|creating it|deleting it|patching it> is refused( as {reason:word}) with:", "Then it is refused with:\n  \"\"\"\n  pods \"web\" not found\n  \"\"\"" => refused_with;
    /// Checks that the API refused, with that reason.
    Then "it is refused as {reason:word}", "Then it is refused as NotFound" => refused_as;
    /// Checks that the API refused, in words that contain these.
    Then "it is refused with {part:text}", "Then it is refused with \"field is immutable\"" => refused_containing;
    /// Checks that what was tried was not refused.
    Then "it is accepted", "Then it is accepted" => accepted;
    /// Lets time pass until the rest holds, which is any step that checks something; at most a day, or as long as is said.
    When "I wait( at most {duration}) until {rest}", "When I wait at most 5 minutes until job/pi is complete" => wait_until;
}

/// Runs the step that `words` say, with the table or text of the step it is part of, and returns its failure.
async fn run(world: &mut World, args: &Args, words: &str) -> Result {
    let (step, matches) = super::find(words).ok_or_else(|| super::catalogue::undefined(words))?;
    let mut written = args.step.clone();
    written.value = words.to_owned();
    world.trying += 1;
    (step.run)(world, Context { step: written, matches }).await;
    world.trying -= 1;
    world.failure.take().map_or(Ok(()), Err)
}

async fn try_to(world: &mut World, args: Args) -> Result {
    world.refusal = None;
    let result = run(world, &args, &format!("I {}", args.word("rest"))).await;
    world.tried = true;
    match result {
        Err(_) if world.refusal.is_some() => Ok(()),
        other => other,
    }
}

fn refusal(world: &World) -> Result<crate::steps::Refusal> {
    if let Some(refusal) = &world.refusal {
        return Ok(refusal.clone());
    }
    if world.tried {
        return Err(Failure::expectation("it was not refused: the API accepted it"));
    }
    Err(Failure::scenario("nothing was tried").help("write `When I try to ..` before it"))
}

async fn refused_with(world: &mut World, args: Args) -> Result {
    let refusal = refusal(world)?;
    check_reason(&refusal, args.optional("reason"))?;
    let want = args.docstring()?.trim().to_owned();
    if super::target::matches_glob(&want, &refusal.message) {
        return Ok(());
    }
    Err(Failure::expectation("it is refused in other words").comparing(want, refusal.message))
}

async fn refused_as(world: &mut World, args: Args) -> Result {
    check_reason(&refusal(world)?, args.optional("reason"))
}

fn check_reason(refusal: &crate::steps::Refusal, want: Option<&str>) -> Result {
    match want {
        Some(want) if want != refusal.reason => {
            Err(Failure::expectation("it is refused for another reason").comparing(want, refusal.to_string()))
        }
        _ => Ok(()),
    }
}

async fn refused_containing(world: &mut World, args: Args) -> Result {
    let refusal = refusal(world)?;
    let want = args.text("part");
    if refusal.message.contains(want) {
        return Ok(());
    }
    Err(Failure::expectation("it is refused in other words").comparing(want, refusal.message))
}

async fn accepted(world: &mut World, _: Args) -> Result {
    match &world.refusal {
        Some(refusal) => Err(Failure::expectation("it was refused").comparing("accepted", refusal.to_string())),
        None => Ok(()),
    }
}

async fn wait_until(world: &mut World, args: Args) -> Result {
    let patience = if args.optional("duration").is_some() { args.duration("duration")? } else { PATIENCE };
    let words = args.word("rest");
    let until = world.stage()?.now() + patience;
    for _ in 0..INSTANTS {
        world.listened_to.clear();
        let failure = match run(world, &args, words).await {
            Err(failure) if failure.class == Class::Expectation => failure,
            other => return other,
        };
        let listened_to = std::mem::take(&mut world.listened_to);
        let stage = world.stage()?;
        if stage.pass_to_next(until, &listened_to).await.map_err(not_settled)? {
            continue;
        }
        stage.pass(until - stage.now()).await.map_err(not_settled)?;
        let Err(last) = run(world, &args, words).await else {
            return Ok(());
        };
        let message = format!("not settled after {patience} of virtual time: {}", last.message);
        let failure = Failure { class: Class::NotSettled, message, tail: Vec::new(), ..failure };
        return Err(failure.help("wait longer with `I wait at most ..`, or find in the timeline why it never comes"));
    }
    let message = format!("not settled after {INSTANTS} instants at which something happened");
    Err(Failure::new(Class::NotSettled, message).help("find in the timeline what never comes to rest"))
}

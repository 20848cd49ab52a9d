//! Steps that take controllers down and bring them back.

use super::{Args, Result, steps};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Takes a controller down: nothing that it looks after is looked after until it comes back. Controllers are named as
    /// events name them: `cronjob-controller`, `default-scheduler`.
    When "the {controller:word} goes down", "When the cronjob-controller goes down" => down;
    /// Brings a controller back: it remembers nothing, and takes what it finds as if it were new.
    When "the {controller:word} comes back", "When the cronjob-controller comes back" => back;
}

async fn down(world: &mut World, args: Args) -> Result {
    set(world, &args, false).await
}

async fn back(world: &mut World, args: Args) -> Result {
    set(world, &args, true).await
}

async fn set(world: &mut World, args: &Args, is_up: bool) -> Result {
    let stage = world.stage()?;
    stage.set_controller(args.word("controller"), is_up).map_err(|error| Failure::scenario(error.to_string()))?;
    world.catch_up().await
}

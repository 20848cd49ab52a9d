//! Steps that say what containers do whose processes are not interpreted.

use super::{Args, Result, steps};
use crate::kubelet::behaviour::{Direction, Whom, parse};
use crate::object::{Key, Str};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Says what every container of an image does that starts from now on, in words such as `print "TEXT"`, `exit CODE`,
    /// `listen on port N`, `answer STATUS on PATH at port N with "BODY"`, `stop listening`, `hang`, `grow to 300Mi`,
    /// `fill 2Gi of the disk` and `run`, each with `after DURATION` if it is not to be at the start. A pod says the same of
    /// its container `web` in the annotation `seatrial.dev/container.web`.
    Given "containers of image {image:text} {words:rest}", "Given containers of image \"perl\" print \"3.14159\" and exit 0 after 10 seconds" => image;
    /// Says what a container that runs does from now until its end, in the words of `containers of image`.
    When "container {container:text} of {pod:object} {words:rest}", "When container \"web\" of pod/web starts answering 500 on /healthz" => container;
}

async fn image(world: &mut World, args: Args) -> Result {
    direct(world, &args, Whom::Image(Str::from(args.text("image")))).await
}

async fn container(world: &mut World, args: Args) -> Result {
    let pod = world.target(args.word("pod")).await?;
    world.existing(&pod).await?;
    let key = Key::new(pod.kind, pod.namespace, pod.name);
    direct(world, &args, Whom::Container(key, Str::from(args.text("container")))).await
}

async fn direct(world: &mut World, args: &Args, whom: Whom) -> Result {
    let behaviour = parse(args.word("words")).map_err(|error| Failure::scenario(error.to_string()))?;
    world.stage()?.direct(&Direction { whom, behaviour }).map_err(Failure::scenario)?;
    world.catch_up().await
}

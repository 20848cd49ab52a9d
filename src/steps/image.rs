//! Steps about images: which a node has, and what registries answer.

use super::{Args, Result, steps};
use crate::object::kinds;
use crate::report::Failure;
use crate::world::World;

steps! {
    /// From now on no registry gives out an image: a pull fails with the message, or with the one for an image that there is
    /// none of. An image without a tag stands for all of its tags.
    Given "image {image:text} cannot be pulled( because {message:text})", "Given image \"nginx:1.99\" cannot be pulled" => refuse;
    /// From now on an image that could not be pulled can be.
    When "image {image:text} can be pulled", "When image \"nginx:1.99\" can be pulled" => offer;
    /// Removes all images from a node, so that each has to be pulled before its first use there. A node has every image
    /// otherwise.
    Given "node< |/>{node:word} has no images", "Given node/node-0 has no images" => clear;
    /// Puts an image on a node.
    Given "node< |/>{node:word} has image {image:text}", "Given node/node-0 has image \"nginx:1.29\"" => put;
}

async fn refuse(world: &mut World, args: Args) -> Result {
    let message = args.optional("message").map(super::args::unquoted);
    let image = args.text("image");
    world.stage()?.tell_kubelets(&mut |it| it.images().refuse(image, message));
    Ok(())
}

async fn offer(world: &mut World, args: Args) -> Result {
    let (image, mut known) = (args.text("image"), Ok(()));
    world.stage()?.tell_kubelets(&mut |kubelet| known = kubelet.images().offer(image));
    known.map_err(|refused| {
        let refused =
            if refused.is_empty() { "every image can".to_owned() } else { format!("these cannot: {refused}") };
        Failure::scenario(format!("image {image:?} can be pulled already; {refused}"))
    })
}

async fn clear(world: &mut World, args: Args) -> Result {
    let node = existing(world, &args).await?;
    world.stage()?.tell_kubelets(&mut |it| it.images().clear(&node));
    Ok(())
}

async fn put(world: &mut World, args: Args) -> Result {
    let (node, image) = (existing(world, &args).await?, args.text("image"));
    world.stage()?.tell_kubelets(&mut |it| it.images().put(&node, image));
    Ok(())
}

/// The name of the node, which must be there.
async fn existing(world: &mut World, args: &Args) -> Result<String> {
    let name = args.word("node").to_owned();
    let node = super::Target { kind: kinds::NODE, api_version: None, namespace: String::new(), name: name.clone() };
    world.existing(&node).await?;
    Ok(name)
}

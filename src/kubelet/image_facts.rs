//! What follows from the name of an image alone, worked out once for each name: the pods of one template start it over and over.

use std::cell::RefCell;
use std::sync::Arc;

use super::image_behaviour::ImageBehaviour;
use super::images;
use super::shell;
use super::shell::dialect::Dialect;
use crate::object::{Lookup, Str};

/// Of how many images this is remembered.
const KEPT: usize = 512;

/// What is known of an image by its name.
#[derive(Debug)]
pub struct ImageFacts {
    /// What is wrong with the name.
    pub fault: Option<String>,
    /// What is told of a container that finds it on its node.
    pub present: Str,
    /// Whether it is a base image.
    pub is_base: bool,
    /// What `sh` is in it.
    pub sh: Dialect,
    /// What its containers do without a command, if that is known.
    pub behaviour: Option<&'static ImageBehaviour>,
}

impl ImageFacts {
    /// Those of the image that a spec names `image`.
    pub fn new(image: &str) -> Self {
        let present = format!("Container image {image:?} already present on machine and can be accessed by the pod");
        ImageFacts {
            fault: images::fault(image),
            present: Str::from(present),
            is_base: shell::is_base_image(image),
            sh: Dialect::of_image(image),
            behaviour: ImageBehaviour::of_image(image),
        }
    }
}

/// The facts of the images that containers were made of.
#[derive(Debug, Default)]
pub struct KnownImages(RefCell<Lookup<Str, Arc<ImageFacts>>>);

impl KnownImages {
    /// Those of the image that a spec names `image`.
    pub fn of(&self, image: &Str) -> Arc<ImageFacts> {
        let mut known = self.0.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        known.entry(image, || Arc::new(ImageFacts::new(image))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_of_an_image_are_those_of_its_own_name() {
        let known = KnownImages::default();
        let of = |image: &str| known.of(&Str::from(image));
        assert!(Arc::ptr_eq(&of("busybox:1.37"), &of("busybox:1.37")));
        assert!(of("busybox:1.37").is_base && !of("nginx").is_base);
        assert_eq!((of("debian:12").sh, of("nginx:1-alpine").sh), (Dialect::Dash, Dialect::Ash));
        assert!(of("nginx").behaviour.is_some() && of("my/app").behaviour.is_none());
        assert!(of("Nginx").fault.is_some() && of("nginx").fault.is_none());
    }
}

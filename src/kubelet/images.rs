//! Images: which are on a node, what a pull comes to, and when it is tried again (`pkg/kubelet/images/image_manager.go`).
//!
//! A node has every image unless it is said to have none or the image cannot be pulled. Known differences: a pull that fails
//! is told once a back-off, and what can only be mended by a change of the pod is tried again less and less often too.

use std::collections::{BTreeMap, BTreeSet};

use super::container::Hold;
use super::events::Happening;
use super::shared::Image;
use super::surroundings::Surroundings;
use super::worker::{Happenings, Worker};
use crate::clock::{Span, Time};
use crate::object::{Object, Str};

/// The delay after the first pull that failed (`imageBackOffPeriod` in `pkg/kubelet/kubelet.go`).
const FIRST_DELAY: Span = Span::seconds(10);
/// The longest delay (`MaxImageBackOff`).
const LAST_DELAY: Span = Span::seconds(300);
/// How long a failure is shown before the next sync of the pod shows the back-off (`backOffPeriod`).
const NEXT_SYNC: Span = Span::seconds(10);
/// How long a pull of an image takes that the node has but must ask the registry for: so it is told, no time passes.
const LOOK_UP: Span = Span::millis(500);
/// The size of every image, in bytes.
const IMAGE_SIZE: u64 = 4_500_000;

/// The images of all nodes and what the registries answer.
#[derive(Clone, Debug, Default)]
pub struct Images {
    refused: BTreeMap<Str, Option<Str>>,
    nodes: BTreeMap<Str, OfNode>,
}

/// The images of one node.
#[derive(Clone, Debug, Default)]
struct OfNode {
    /// Whether it has nothing but what was pulled to it or put on it.
    is_bare: bool,
    has: BTreeSet<Str>,
    /// When the last pull ends: images are pulled one after the other.
    busy_until: Option<Time>,
}

/// How the pull of one container's image stands.
#[derive(Clone, Debug, Default)]
pub struct Pull {
    under_way: Option<UnderWay>,
    failed: Option<Failed>,
}

#[derive(Clone, Copy, Debug)]
struct UnderWay {
    asked: Time,
    begun: Time,
    ends: Time,
}

#[derive(Clone, Debug)]
struct Failed {
    at: Time,
    delay: Span,
    message: Str,
    told: bool,
}

impl Images {
    /// From now on `image` cannot be pulled from anywhere: the registry's `message`, or that there is no such image. A name
    /// without a tag stands for every tag.
    pub fn refuse(&mut self, image: &str, message: Option<&str>) {
        self.refused.insert(Str::from(image), message.map(Str::from));
    }

    /// From now on `image` can be pulled.
    ///
    /// # Errors
    /// The names of the images that cannot be, when this is none of them.
    pub fn offer(&mut self, image: &str) -> Result<(), String> {
        match self.refused.remove(image) {
            Some(_) => Ok(()),
            None => Err(self.refused.keys().map(Str::as_str).collect::<Vec<_>>().join(", ")),
        }
    }

    /// The node `node` has no images but those that are pulled to it from now on.
    pub fn clear(&mut self, node: &str) {
        let bare = OfNode { is_bare: true, ..OfNode::default() };
        self.nodes.insert(Str::from(node), bare);
    }

    /// The node `node` has `image`.
    pub fn put(&mut self, node: &str, image: &str) {
        let of_node = self.nodes.entry(Str::from(node)).or_default();
        of_node.has.insert(Str::from(image));
    }

    /// What a registry says of `image` if it cannot be pulled.
    fn refusal(&self, image: &str) -> Option<Str> {
        if self.refused.is_empty() {
            return None;
        }
        let full = Image::new(image).name;
        let matches =
            |it: &Str| Image::new(it).name == full || (is_bare_name(it) && repository(&full) == of_all_tags(it));
        let (_, message) = self.refused.iter().find(|(it, _)| matches(it))?;
        let no_such_image = || {
            Str::from(format!(
                "rpc error: code = NotFound desc = failed to pull and unpack image \"{full}\": failed to resolve reference \
                 \"{full}\": {full}: not found"
            ))
        };
        Some(message.clone().unwrap_or_else(no_such_image))
    }

    /// Whether `image` is on `node`.
    fn is_on(&self, node: &Object, image: &str) -> bool {
        let of_node = self.nodes.get(&node.meta.name);
        if !of_node.is_some_and(|it| it.is_bare) && self.refusal(image).is_none() {
            return true;
        }
        let full = Image::new(image).name;
        let listed = node.status()["images"].items().iter().flat_map(|it| it["names"].items());
        of_node.is_some_and(|it| it.has.iter().any(|it| Image::new(it).name == full))
            || listed.filter_map(|it| it.as_str()).any(|it| Image::new(it).name == full)
    }

    /// Whether `image` is on `node` for certain: a container of it started there, and every image can be pulled.
    fn is_noted(&self, node: &Object, image: &Str) -> bool {
        self.refused.is_empty() && self.nodes.get(&node.meta.name).is_some_and(|it| it.has.contains(image))
    }

    /// A container of `image` starts on `node`: the image is there.
    fn note(&mut self, node: &Object, image: &Str) {
        let of_node = match self.nodes.get_mut(&node.meta.name) {
            Some(of_node) => of_node,
            None => self.nodes.entry(node.meta.name.clone()).or_default(),
        };
        if !of_node.has.contains(image) {
            of_node.has.insert(image.clone());
        }
    }

    /// When a pull to `node` that takes `span` begins and ends.
    fn queue(&mut self, node: &Object, now: Time, span: Span) -> UnderWay {
        let of_node = self.nodes.entry(node.meta.name.clone()).or_default();
        let begun = of_node.busy_until.map_or(now, |it| it.max(now));
        let ends = begun + span;
        of_node.busy_until = Some(ends);
        UnderWay { asked: now, begun, ends }
    }
}

fn is_bare_name(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !name.contains([':', '@'])
}

fn of_all_tags(image: &str) -> String {
    repository(&Image::new(image).name).to_owned()
}

/// `docker.io/library/nginx` of `docker.io/library/nginx:1.29`.
fn repository(full: &str) -> &str {
    let full = full.split('@').next().unwrap_or(full);
    let path = full.rfind('/').map_or(0, |at| at + 1);
    full[path..].find(':').map_or(full, |colon| &full[..path + colon])
}

impl Pull {
    /// Whether the image is on its way.
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    fn fail(&mut self, at: Time, message: Str) -> Span {
        let delay = self.failed.as_ref().map_or(FIRST_DELAY, |it| it.delay.times(2).min(LAST_DELAY));
        self.failed = Some(Failed { at, delay, message, told: false });
        delay
    }
}

/// What holds up the container at `index` for its image.
pub fn check(
    worker: &mut Worker,
    index: usize,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) -> Option<Hold> {
    let spec = worker.spec(index);
    let image = spec["image"].as_shared_str().cloned().unwrap_or_default();
    let policy = spec["imagePullPolicy"].as_str();
    let (never, always) = (policy == Some("Never"), policy == Some("Always"));
    let facts = around.known.images.of(&image);
    if let Some(fault) = &facts.fault {
        let message =
            format!("Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: {fault}");
        return Some(hopeless(worker, index, "InspectFailed", "InvalidImageName", message, around.now, happenings));
    }
    let is_noted = around.images.is_noted(around.node, &image);
    let present = is_noted || around.images.is_on(around.node, &image);
    if present && !always {
        if !is_noted {
            around.images.note(around.node, &image);
        }
        happenings.push((index, Happening::OfContainer(false, "Pulled", facts.present.clone())));
        worker.containers[index].pull = Pull::default();
        return None;
    }
    if never {
        let message = format!("Container image {image:?} is not present with pull policy of Never");
        return Some(hopeless(
            worker,
            index,
            "ErrImageNeverPull",
            "ErrImageNeverPull",
            message,
            around.now,
            happenings,
        ));
    }
    pull(worker, index, &image, present, around, happenings)
}

/// A container whose image cannot be had whatever the registry says.
fn hopeless(
    worker: &mut Worker,
    index: usize,
    event: &'static str,
    reason: &'static str,
    message: String,
    now: Time,
    happenings: &mut Happenings,
) -> Hold {
    let message = Str::from(message);
    happenings.push((index, Happening::OfContainer(true, event, message.clone())));
    happenings.push((index, Happening::OfContainer(true, "Failed", Str::from(format!("Error: {reason}")))));
    let delay = worker.containers[index].pull.fail(now, message.clone());
    Hold { reason, message, retry_at: now + delay }
}

fn pull(
    worker: &mut Worker,
    index: usize,
    image: &Str,
    present: bool,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) -> Option<Hold> {
    let container = &mut worker.containers[index];
    let (now, state) = (around.now, &mut container.pull);
    let mut tell =
        |warning, reason, message| happenings.push((index, Happening::OfContainer(warning, reason, message)));
    let under_way = match state.under_way.take() {
        Some(under_way) => under_way,
        None => {
            if let Some(failed) = state.failed.as_mut().filter(|it| it.at + it.delay > now) {
                let short = format!("Back-off pulling image {image:?}");
                let message = Str::from(format!("{short}: ErrImagePull: {}", failed.message));
                if !std::mem::replace(&mut failed.told, true) {
                    tell(false, "BackOff", Str::from(short));
                    tell(true, "Failed", Str::from("Error: ImagePullBackOff"));
                }
                return Some(Hold { reason: "ImagePullBackOff", message, retry_at: failed.at + failed.delay });
            }
            tell(false, "Pulling", Str::from(format!("Pulling image {image:?}")));
            around.images.queue(around.node, now, if present { Span::ZERO } else { around.pull_time() })
        }
    };
    if under_way.ends > now {
        state.under_way = Some(under_way);
        let shown = container.hold.take().map(|it| (it.reason, it.message));
        let (reason, message) = shown.unwrap_or_default();
        return Some(Hold { reason, message, retry_at: under_way.ends });
    }
    if let Some(message) = around.images.refusal(image) {
        tell(true, "Failed", Str::from(format!("Failed to pull image {image:?}: {message}")));
        tell(true, "Failed", Str::from("Error: ErrImagePull"));
        let again = state.failed.is_some();
        let delay = state.fail(now, message.clone());
        // The sandbox that was just made has the pod looked at again soon; later there is only the sync after an error.
        let shown = if again { NEXT_SYNC.min(delay) } else { around.latency.notice };
        return Some(Hold { reason: "ErrImagePull", message, retry_at: now + shown });
    }
    let least = |span: Span| if span == Span::ZERO { LOOK_UP } else { span };
    let (took, whole) = (least(under_way.ends - under_way.begun), least(under_way.ends - under_way.asked));
    let message = format!(
        "Successfully pulled image {image:?} in {took} ({whole} including waiting). Image size: {IMAGE_SIZE} bytes."
    );
    tell(false, "Pulled", Str::from(message));
    *state = Pull::default();
    around.images.note(around.node, image);
    None
}

/// What is wrong with an image's name (`reference.ParseNormalizedNamed` in `github.com/distribution/reference`).
pub fn fault(image: &str) -> Option<String> {
    const FORMAT: &str = "invalid reference format";
    let domain = image.split_once('/').filter(|(first, _)| {
        first.contains(['.', ':']) || *first == "localhost" || first.chars().any(char::is_uppercase)
    });
    let rest = domain.map_or(image, |(_, rest)| rest);
    let (name, digest) = rest.split_once('@').map_or((rest, None), |(name, digest)| (name, Some(digest)));
    let path = name.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match name[path..].find(':') {
        Some(colon) => (&name[..path + colon], Some(&name[path + colon + 1..])),
        None => (name, None),
    };
    if name.chars().any(char::is_uppercase) {
        let library = if domain.is_none() && !name.contains('/') { "library/" } else { "" };
        return Some(format!("{FORMAT}: repository name ({library}{name}) must be lowercase"));
    }
    let tagged = tag.is_none_or(is_tag);
    let sealed = digest.is_none_or(is_digest);
    let hosted = domain.is_none_or(|(host, _)| host.split(':').next().is_some_and(is_host));
    (!(hosted && tagged && sealed && name.split('/').all(is_component))).then(|| FORMAT.to_owned())
}

/// Lower-case letters and digits, in groups between `.`, `_`, `__` or any number of `-`.
fn is_component(text: &str) -> bool {
    let alphanumeric = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let separators = text.split(alphanumeric).filter(|it| !it.is_empty());
    text.starts_with(alphanumeric)
        && text.ends_with(alphanumeric)
        && separators.into_iter().all(|it| matches!(it, "." | "_" | "__") || it.chars().all(|it| it == '-'))
}

fn is_tag(text: &str) -> bool {
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.starts_with(word) && text.len() <= 128 && text.chars().all(|it| word(it) || matches!(it, '.' | '-'))
}

fn is_digest(text: &str) -> bool {
    let hex = |it: &str| it.len() >= 32 && it.chars().all(|it| it.is_ascii_hexdigit());
    text.split_once(':').is_some_and(|(algorithm, digits)| !algorithm.is_empty() && hex(digits))
}

fn is_host(text: &str) -> bool {
    let part = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_name_that_is_no_reference_says_why() {
        let digest = format!("nginx@sha256:{}", "0".repeat(64));
        let good = ["nginx", "nginx:1.29", "quay.io/a/b-c:1", "localhost:5000/x", "a/b_c/d.e", digest.as_str()];
        for image in good {
            assert_eq!(fault(image), None, "{image}");
        }
        for image in ["", ":1", "nginx:", "a//b", "nginx:1:2", "nginx@sha256:1", "-a", "a..b", "ngi nx"] {
            assert_eq!(fault(image).as_deref(), Some("invalid reference format"), "{image}");
        }
        let lower = "invalid reference format: repository name (library/Nginx) must be lowercase";
        assert_eq!(fault("Nginx").as_deref(), Some(lower));
    }

    #[test]
    fn a_node_has_every_image_unless_it_is_bare_or_the_image_is_refused() {
        let (mut images, node) = (Images::default(), Object::new(kinds::NODE, "", "node-0"));
        assert!(images.is_on(&node, "nginx:1"));
        images.refuse("docker.io/library/nginx", None);
        assert!(!images.is_on(&node, "nginx:1"));
        assert!(images.is_on(&node, "nginx-unprivileged:1"));
        images.put("node-0", "nginx:1");
        assert!(images.is_on(&node, "docker.io/library/nginx:1"));
        assert!(!images.is_on(&node, "nginx:2"));
        images.clear("node-0");
        assert!(!images.is_on(&node, "redis"));
        assert_eq!(images.offer("redis"), Err("docker.io/library/nginx".to_owned()));
        assert_eq!(images.offer("docker.io/library/nginx"), Ok(()));
    }

    #[test]
    fn the_delay_after_a_failure_doubles_to_five_minutes() {
        let mut pull = Pull::default();
        let delays: Vec<i64> = (0..7).map(|_| pull.fail(Time::from_unix(0), Str::new()).whole_seconds()).collect();
        assert_eq!(delays, [10, 20, 40, 80, 160, 300, 300]);
    }

    #[test]
    fn pulls_to_one_node_wait_for_each_other() {
        let (mut images, node) = (Images::default(), Object::new(kinds::NODE, "", "node-0"));
        let (first, second) = (
            images.queue(&node, Time::from_unix(10), Span::seconds(2)),
            images.queue(&node, Time::from_unix(11), Span::seconds(2)),
        );
        assert_eq!((first.ends.unix(), second.begun.unix(), second.ends.unix()), (12, 12, 14));
    }
}

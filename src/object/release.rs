//! The minor releases of Kubernetes that a cluster can be, and what each of them served.
//!
//! Which group versions a release serves is in the rows of [`kinds`] (the public deprecation guide and
//! `APILifecycleIntroduced`/`APILifecycleRemoved` of the API packages). Only the API's surface depends on the release: rules,
//! controllers and the form in which objects are stored are those of the newest.

use std::fmt;
use std::str::FromStr;

use super::kind::{Kind, Served};
use super::kinds;

/// A minor release of Kubernetes, such as 1.24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(u8);

/// The last patch release of each minor one, from 1.20 on.
const PATCHES: [u8; 17] = [15, 14, 17, 17, 17, 16, 15, 16, 15, 15, 14, 14, 11, 7, 3, 0, 2];

impl Release {
    /// The oldest release that a cluster can be.
    pub const OLDEST: Release = Release(20);
    /// The newest, which a cluster is unless it is told otherwise.
    pub const LATEST: Release = Release(Kind::LATEST_MINOR);

    /// The 24 of 1.24.
    pub const fn minor(self) -> u8 {
        self.0
    }

    /// `v1.24.17`: what the servers and nodes of such a cluster say they are.
    pub fn git_version(self) -> String {
        let patch = PATCHES.get(usize::from(self.0 - Self::OLDEST.0)).copied().unwrap_or_default();
        format!("v1.{}.{patch}", self.0)
    }

    /// The group versions that serve `kind`, the preferred one first.
    pub fn served(self, kind: Kind) -> impl Iterator<Item = Served> {
        kind.info().served_in(self.0)
    }

    /// The group version that speaks of `kind` when nobody asks for another; `None` when the release has no such kind.
    pub fn preferred(self, kind: Kind) -> Option<Served> {
        self.served(kind).next()
    }

    /// The kind behind `/apis/GROUP/VERSION/PLURAL`, if it is served.
    pub fn by_resource(self, group: &str, version: &str, plural: &str) -> Option<Kind> {
        Kind::by_resource_in(self.0, group, version, plural)
    }

    /// The kind with that `apiVersion` and `kind`, if it is served.
    pub fn by_api_version(self, api_version: &str, kind: &str) -> Option<Kind> {
        Kind::ever_served(api_version, kind).filter(|(_, served)| served.is_in(self.0)).map(|it| it.0)
    }

    /// Whether it serves any version of `group`.
    pub fn serves_group(self, group: &str) -> bool {
        Kind::groups_in(self.0).any(|it| it == group)
    }

    /// Whether it serves `/PLURAL/NAME/SUBRESOURCE` of `kind`, which the newest does.
    pub fn serves_subresource(self, kind: Kind, subresource: &str) -> bool {
        let since = match (kind, subresource) {
            (kinds::POD, "ephemeralcontainers") => 23,
            (kinds::POD, "resize") => 33,
            _ => 0,
        };
        self.0 >= since
    }
}

impl Default for Release {
    fn default() -> Self {
        Self::LATEST
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

/// Why a text is no release that a cluster can be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no release of Kubernetes that a cluster can be: give one from {oldest} to {latest}", oldest = Release::OLDEST, latest = Release::LATEST)]
pub struct UnknownRelease(String);

impl FromStr for Release {
    type Err = UnknownRelease;

    /// Reads `1.24`, also as `v1.24` or with a patch number, which makes no difference.
    fn from_str(text: &str) -> Result<Self, UnknownRelease> {
        let unknown = || UnknownRelease(text.to_owned());
        let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let (major, minor, patch) = (parts.next(), parts.next(), parts.next());
        let minor = minor.filter(|_| major == Some("1")).and_then(|it| it.parse().ok()).map(Release);
        let has_patch = patch.is_none_or(|it| it.parse::<u32>().is_ok());
        minor.filter(|it| has_patch && (Self::OLDEST..=Self::LATEST).contains(it)).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(text: &str) -> Release {
        text.parse().expect("a release")
    }

    #[test]
    fn a_release_is_written_with_its_major_and_minor_number() {
        for (text, want) in [("1.24", Some("v1.24.17")), ("v1.20", Some("v1.20.15")), ("1.36.1", Some("v1.36.2"))] {
            assert_eq!(text.parse::<Release>().ok().map(Release::git_version).as_deref(), want, "{text}");
        }
        for text in ["1.19", "1.37", "2.24", "24", "1.24.x", ""] {
            assert!(text.parse::<Release>().is_err(), "{text}");
        }
        assert_eq!(release("1.24").to_string(), "1.24");
    }

    /// What the public deprecation guide says: the first and the last release of a version, where they lie within range.
    const GUIDE: &[(&str, &str, u8, u8)] = &[
        ("batch/v1", "CronJob", 21, 36),
        ("batch/v1beta1", "CronJob", 20, 24),
        ("discovery.k8s.io/v1", "EndpointSlice", 21, 36),
        ("discovery.k8s.io/v1beta1", "EndpointSlice", 20, 24),
        ("events.k8s.io/v1", "Event", 20, 36),
        ("events.k8s.io/v1beta1", "Event", 20, 24),
        ("autoscaling/v1", "HorizontalPodAutoscaler", 20, 36),
        ("autoscaling/v2", "HorizontalPodAutoscaler", 23, 36),
        ("autoscaling/v2beta1", "HorizontalPodAutoscaler", 20, 24),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 20, 25),
        ("policy/v1", "PodDisruptionBudget", 21, 36),
        ("policy/v1beta1", "PodDisruptionBudget", 20, 24),
        ("policy/v1beta1", "PodSecurityPolicy", 20, 24),
        ("node.k8s.io/v1beta1", "RuntimeClass", 20, 24),
        ("extensions/v1beta1", "Ingress", 20, 21),
        ("networking.k8s.io/v1beta1", "Ingress", 20, 21),
        ("networking.k8s.io/v1", "Ingress", 20, 36),
        ("networking.k8s.io/v1beta1", "IngressClass", 20, 21),
        ("rbac.authorization.k8s.io/v1beta1", "ClusterRole", 20, 21),
        ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 20, 21),
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 20, 21),
        ("apiregistration.k8s.io/v1beta1", "APIService", 20, 21),
        ("authentication.k8s.io/v1beta1", "TokenReview", 20, 21),
        ("authorization.k8s.io/v1beta1", "SubjectAccessReview", 20, 21),
        ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", 20, 21),
        ("coordination.k8s.io/v1beta1", "Lease", 20, 21),
        ("scheduling.k8s.io/v1beta1", "PriorityClass", 20, 21),
        ("storage.k8s.io/v1beta1", "StorageClass", 20, 21),
        ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 21, 26),
        ("storage.k8s.io/v1", "CSIStorageCapacity", 24, 36),
        ("storage.k8s.io/v1", "VolumeAttributesClass", 34, 36),
        ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 20, 25),
        ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 23, 28),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 26, 31),
        ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", 29, 36),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", 30, 36),
        ("networking.k8s.io/v1", "ServiceCIDR", 33, 36),
        ("apps/v1", "Deployment", 20, 36),
        ("v1", "Pod", 20, 36),
    ];

    #[test]
    fn each_release_serves_what_the_deprecation_guide_says() {
        for (api_version, kind, first, last) in GUIDE {
            let serving: Vec<u8> =
                (20..=36).filter(|it| Release(*it).by_api_version(api_version, kind).is_some()).collect();
            let want: Vec<u8> = (*first..=*last).collect();
            assert_eq!(serving, want, "{api_version} {kind}");
        }
        assert_eq!(Kind::ever_served("extensions/v1beta1", "Deployment"), None);
    }

    #[test]
    fn a_group_goes_with_its_last_version() {
        assert!(release("1.21").serves_group("extensions"));
        assert!(!release("1.22").serves_group("extensions"));
        assert!(!release("1.33").serves_group("resource.k8s.io"));
        let served: Vec<String> =
            release("1.22").served(kinds::HORIZONTAL_POD_AUTOSCALER).map(|it| it.api_version()).collect();
        assert_eq!(served, ["autoscaling/v1", "autoscaling/v2beta2", "autoscaling/v2beta1"]);
    }
}

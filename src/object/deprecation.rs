//! What a server says of a group version that is on its way out (apiserver `pkg/endpoints/deprecation`,
//! `APILifecycleDeprecated` and `APILifecycleReplacement` of the API packages).

use super::{Kind, Release, kinds};

/// The first minor releases in which the versions of a group are deprecated; the row with a kind wins over the one without.
const DEPRECATED: &[(&str, &str, Option<Kind>, u8)] = &[
    ("admissionregistration.k8s.io", "v1beta1", None, 16),
    ("apiextensions.k8s.io", "v1beta1", None, 16),
    ("apiregistration.k8s.io", "v1beta1", None, 19),
    ("authentication.k8s.io", "v1beta1", None, 19),
    ("authorization.k8s.io", "v1beta1", None, 19),
    ("autoscaling", "v2beta1", None, 22),
    ("autoscaling", "v2beta2", None, 23),
    ("batch", "v1beta1", None, 21),
    ("certificates.k8s.io", "v1beta1", None, 19),
    ("coordination.k8s.io", "v1beta1", None, 19),
    ("discovery.k8s.io", "v1beta1", None, 21),
    ("events.k8s.io", "v1beta1", None, 22),
    ("extensions", "v1beta1", None, 14),
    ("flowcontrol.apiserver.k8s.io", "v1beta1", None, 23),
    ("flowcontrol.apiserver.k8s.io", "v1beta2", None, 26),
    ("flowcontrol.apiserver.k8s.io", "v1beta3", None, 29),
    ("networking.k8s.io", "v1beta1", None, 19),
    ("node.k8s.io", "v1beta1", None, 22),
    ("policy", "v1beta1", None, 21),
    ("rbac.authorization.k8s.io", "v1beta1", None, 17),
    ("scheduling.k8s.io", "v1beta1", None, 14),
    ("storage.k8s.io", "v1beta1", Some(kinds::CSI_NODE), 17),
    ("storage.k8s.io", "v1beta1", Some(kinds::CSI_STORAGE_CAPACITY), 24),
    ("storage.k8s.io", "v1beta1", None, 19),
];

/// Kinds of core/v1 that are deprecated and stay, since which minor release, and what to use instead.
const DEPRECATED_FOR_GOOD: &[(Kind, u8, &str)] =
    &[(kinds::COMPONENT_STATUS, 19, ""), (kinds::ENDPOINTS, 33, "; use discovery.k8s.io/v1 EndpointSlice")];

/// The kinds whose deprecated versions name no successor.
const WITHOUT_REPLACEMENT: [Kind; 4] =
    [kinds::EVENT, kinds::INGRESS_CLASS, kinds::RUNTIME_CLASS, kinds::POD_SECURITY_POLICY];

impl Release {
    /// The warning that a client gets for asking for `kind` by this group and version, if they are deprecated:
    /// `batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob`.
    pub fn deprecation(self, kind: Kind, group: &str, version: &str) -> Option<String> {
        let stays = DEPRECATED_FOR_GOOD.iter().find(|it| it.0 == kind && it.1 <= self.minor());
        if let Some((kind, since, instead)) = stays {
            return Some(format!("v1 {} is deprecated in v1.{since}+{instead}", kind.info().kind));
        }
        let applies = |row: &&(&str, &str, Option<Kind>, u8)| {
            row.0 == group && row.1 == version && row.2.is_none_or(|it| it == kind)
        };
        let since = DEPRECATED.iter().find(applies).map(|row| row.3).filter(|it| *it <= self.minor())?;
        let info = kind.info();
        let served = info.served().find(|it| it.group == group && it.version == version)?;
        let mut text = format!(
            "{} {} is deprecated in v1.{since}+, unavailable in v1.{}+",
            served.api_version(),
            info.kind,
            served.until
        );
        // The newest version that the release has, which may itself have a successor by now.
        let newest = self.served(kind).find(|it| it.group == info.group && it.version.starts_with(info.version));
        if let Some(newest) = newest.filter(|it| *it != served && !WITHOUT_REPLACEMENT.contains(&kind)) {
            text.push_str(&format!("; use {} {}", newest.api_version(), info.kind));
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_will_go_is_warned_of_from_its_deprecation_on() {
        let table = [
            (
                "1.24",
                kinds::CRON_JOB,
                "batch",
                "v1beta1",
                "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob",
            ),
            ("1.20", kinds::CRON_JOB, "batch", "v1beta1", ""),
            (
                "1.20",
                kinds::INGRESS,
                "extensions",
                "v1beta1",
                "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress",
            ),
            (
                "1.24",
                kinds::POD_SECURITY_POLICY,
                "policy",
                "v1beta1",
                "policy/v1beta1 PodSecurityPolicy is deprecated in v1.21+, unavailable in v1.25+",
            ),
            (
                "1.22",
                kinds::HORIZONTAL_POD_AUTOSCALER,
                "autoscaling",
                "v2beta1",
                "autoscaling/v2beta1 HorizontalPodAutoscaler is deprecated in v1.22+, unavailable in v1.25+; use \
                 autoscaling/v2beta2 HorizontalPodAutoscaler",
            ),
            ("1.36", kinds::CRON_JOB, "batch", "v1", ""),
            ("1.32", kinds::ENDPOINTS, "", "v1", ""),
            (
                "1.36",
                kinds::ENDPOINTS,
                "",
                "v1",
                "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
            ),
            ("1.36", kinds::COMPONENT_STATUS, "", "v1", "v1 ComponentStatus is deprecated in v1.19+"),
        ];
        for (release, kind, group, version, want) in table {
            let release: Release = release.parse().expect("a release");
            assert_eq!(release.deprecation(kind, group, version).unwrap_or_default(), want, "{release}");
        }
    }
}

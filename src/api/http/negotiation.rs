//! Media types: what a client accepts and what a body is (apiserver `pkg/endpoints/handlers/negotiation`).

use super::{Content, Response, protobuf};
use crate::api::Status;

/// What every answer can be, in the server's order of preference.
const SERVED: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
/// What a watch can be.
const STREAMED: &str = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
    /// For those who take nothing else: whoever takes protobuf takes JSON as a rule, which is nearer to what is stored.
    Protobuf,
}

/// A form that objects are wanted in, other than their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conversion {
    pub form: Form,
    pub version: MetaVersion,
}

/// What objects are turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Metadata,
    MetadataList,
}

/// The version of `meta.k8s.io` that a conversion speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetaVersion {
    V1,
    V1beta1,
}

impl MetaVersion {
    /// `meta.k8s.io/v1`.
    pub(super) fn name(self) -> &'static str {
        match self {
            MetaVersion::V1 => "meta.k8s.io/v1",
            MetaVersion::V1beta1 => "meta.k8s.io/v1beta1",
        }
    }
}

/// What an `Accept` header has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    pub format: Format,
    pub conversion: Option<Conversion>,
    /// Whether discovery of all groups at once is wanted.
    pub discovery: Option<DiscoveryVersion>,
}

/// The version of `apidiscovery.k8s.io` that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DiscoveryVersion {
    V2,
    V2beta1,
}

/// What an endpoint can do beyond its plain answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Nothing.
    Plain,
    /// Objects, which can be had as tables and as metadata alone.
    Objects,
    /// Discovery, which can be had of all groups at once.
    Discovery,
}

/// One clause of an `Accept` header.
#[derive(Debug)]
struct Clause<'a> {
    ty: &'a str,
    subtype: &'a str,
    quality: f64,
    params: Vec<(&'a str, &'a str)>,
}

impl<'a> Clause<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let (ty, subtype) = media.split_once('/').unwrap_or((media, if media == "*" { "*" } else { "" }));
        let mut clause = Clause { ty: ty.trim(), subtype: subtype.trim(), quality: 1.0, params: Vec::new() };
        for part in parts {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim().trim_matches('"'))) {
                Some(("q", value)) => clause.quality = value.parse().unwrap_or(1.0),
                Some(pair) => clause.params.push(pair),
                None => {}
            }
        }
        clause
    }

    fn formats(&self) -> &'static [Format] {
        match (self.ty, self.subtype) {
            ("application", "json") => &[Format::Json],
            ("application", "yaml") => &[Format::Yaml],
            ("application", "vnd.kubernetes.protobuf") => &[Format::Protobuf],
            ("application" | "*", "*") => &[Format::Json, Format::Yaml],
            _ => &[],
        }
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// What this clause leads to in one format, unless its parameters ask for what the endpoint has not.
    fn accepted(&self, format: Format, endpoint: Endpoint) -> Option<Accepted> {
        if self.param("stream").is_some_and(|it| !it.is_empty() && it != "watch") {
            return None;
        }
        let mut accepted = Accepted { format, conversion: None, discovery: None };
        let converts = ["as", "g", "v"].iter().any(|it| self.param(it).is_some());
        if !converts {
            return Some(accepted);
        }
        if format == Format::Protobuf {
            return None;
        }
        let gvk = ["g", "v", "as"].map(|it| self.param(it).unwrap_or_default());
        match endpoint {
            Endpoint::Plain => return None,
            Endpoint::Objects => accepted.conversion = Some(conversion(gvk)?),
            Endpoint::Discovery => accepted.discovery = Some(discovery(gvk)?),
        }
        Some(accepted)
    }
}

fn conversion([group, version, kind]: [&str; 3]) -> Option<Conversion> {
    let version = match (group, version) {
        ("meta.k8s.io", "v1") => MetaVersion::V1,
        ("meta.k8s.io", "v1beta1") => MetaVersion::V1beta1,
        _ => return None,
    };
    let form = match kind {
        "Table" => Form::Table,
        "PartialObjectMetadata" => Form::Metadata,
        "PartialObjectMetadataList" => Form::MetadataList,
        _ => return None,
    };
    Some(Conversion { form, version })
}

fn discovery(gvk: [&str; 3]) -> Option<DiscoveryVersion> {
    match gvk {
        ["apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList"] => Some(DiscoveryVersion::V2),
        ["apidiscovery.k8s.io", "v2beta1", "APIGroupDiscoveryList"] => Some(DiscoveryVersion::V2beta1),
        _ => None,
    }
}

/// The clauses of a header, the best first: by quality, and what says more before what has an asterisk.
fn clauses(accept: &str) -> Vec<Clause<'_>> {
    let mut clauses: Vec<_> = accept.split(',').map(str::trim).filter(|it| !it.is_empty()).map(Clause::parse).collect();
    clauses.sort_by(|a, b| {
        let vague = |it: &Clause<'_>| (it.ty == "*", it.subtype == "*");
        b.quality.total_cmp(&a.quality).then_with(|| vague(a).cmp(&vague(b)))
    });
    clauses
}

/// Every way in which the answer would be accepted, the best first.
pub(super) fn choices(accept: &str, endpoint: Endpoint) -> Vec<Accepted> {
    if accept.trim().is_empty() {
        return vec![Accepted { format: Format::Json, conversion: None, discovery: None }];
    }
    let clauses = clauses(accept);
    let mut choices: Vec<_> = clauses
        .iter()
        .flat_map(|clause| clause.formats().iter().filter_map(|format| clause.accepted(*format, endpoint)))
        .collect();
    choices.sort_by_key(|it| it.format == Format::Protobuf);
    choices
}

/// The best way in which the answer would be accepted, or the 406 of a client that accepts nothing which is served.
pub(super) fn negotiate(accept: &str, endpoint: Endpoint) -> Result<Accepted, Response> {
    choices(accept, endpoint).into_iter().next().ok_or_else(|| not_acceptable(SERVED))
}

/// The version in which all groups are to be told at once, of those that `is_served`; `None` when they are not.
pub(super) fn discovery_version(
    accept: &str,
    is_served: impl Fn(DiscoveryVersion) -> bool,
) -> Option<DiscoveryVersion> {
    choices(accept, Endpoint::Discovery).into_iter().find(|it| it.discovery.is_none_or(&is_served))?.discovery
}

/// Whether a watch is told in protobuf, or the 406 of one in a format that cannot be streamed.
pub(super) fn streams_protobuf(accepted: &Accepted, is_custom: bool) -> Result<bool, Response> {
    match accepted.format {
        Format::Json => Ok(false),
        Format::Protobuf if !is_custom => Ok(true),
        _ => Err(not_acceptable(if is_custom { "application/json;stream=watch" } else { STREAMED })),
    }
}

fn not_acceptable(served: &str) -> Response {
    let message = format!("only the following media types are accepted: {served}");
    Status::failure(406, "NotAcceptable", message).into()
}

/// Turns an answer into the format that the client asked for; one that nothing was asked of stays JSON.
pub(super) fn shape(mut response: Response, accept: &str) -> Response {
    let Content::Json(value) = &response.content else { return response };
    match choices(accept, Endpoint::Objects).first().map(|it| it.format) {
        Some(Format::Yaml) => response.content = Content::Yaml(value.clone()),
        Some(Format::Protobuf) => match protobuf::encode(value) {
            Some(bytes) => response.content = Content::Bytes(bytes.into(), protobuf::MEDIA_TYPE),
            None => return not_acceptable("application/json, application/yaml"),
        },
        Some(Format::Json) | None => {}
    }
    response
}

/// Whether a body is protobuf.
pub(super) fn is_protobuf(content_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim() == protobuf::MEDIA_TYPE
}

/// Whether a body is YAML rather than JSON, or the refusal of any other type.
pub(super) fn is_yaml(content_type: &str) -> Result<bool, Response> {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "" | "application/json" => Ok(false),
        "application/yaml" => Ok(true),
        _ => Err(unknown_format(SERVED)),
    }
}

/// The 415 of a body in a format that is not read.
pub(super) fn unknown_format(accepted: &str) -> Response {
    let message =
        format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
    Status::failure(415, "UnsupportedMediaType", message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

    fn shown(accept: &str) -> String {
        match negotiate(accept, Endpoint::Objects) {
            Ok(Accepted { format, conversion: None, .. }) => format!("{format:?}"),
            Ok(Accepted { format, conversion: Some(it), .. }) => format!("{format:?} {:?} {:?}", it.form, it.version),
            Err(response) => response.code.to_string(),
        }
    }

    #[test]
    fn the_best_clause_that_is_served_decides() {
        let table = [
            ("", "Json"),
            ("*/*", "Json"),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "Json Table V1"),
            (
                "application/json;as=Table;v=v2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io",
                "Json Table V1beta1",
            ),
            ("application/json;as=Boat;v=v1;g=meta.k8s.io, application/json", "Json"),
            ("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "Json MetadataList V1"),
            ("application/vnd.kubernetes.protobuf,application/yaml", "Yaml"),
            ("application/json;q=0.5,application/yaml", "Yaml"),
            ("application/yaml;q=0.2,*/*;q=0.8", "Json"),
            ("*/*,application/yaml", "Yaml"),
            ("application/vnd.kubernetes.protobuf", "Protobuf"),
            ("application/vnd.kubernetes.protobuf, */*", "Json"),
            ("text/html", "406"),
            ("application/json;stream=boats", "406"),
        ];
        for (accept, want) in table {
            assert_eq!(shown(accept), want, "{accept}");
        }
    }

    #[test]
    fn an_endpoint_without_objects_has_no_tables() {
        assert!(negotiate(TABLE, Endpoint::Plain).is_err());
        assert!(negotiate(&format!("{TABLE},application/json"), Endpoint::Plain).is_ok());
    }
}

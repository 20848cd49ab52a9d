//! Media types: what a client accepts and what a body is (apiserver `pkg/endpoints/handlers/negotiation`).

use super::{Content, Response};
use crate::api::Status;

const SERVED: &str = "application/json, application/yaml";

/// The format that an `Accept` header leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
}

/// The first clause that can be served; parameters that ask for another representation (`as=Table`) cannot.
fn format(accept: &str) -> Option<Format> {
    if accept.trim().is_empty() {
        return Some(Format::Json);
    }
    accept.split(',').find_map(|clause| {
        let mut parts = clause.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        if parts.any(|part| part.starts_with("as=")) {
            return None;
        }
        match media {
            "application/json" | "*/*" | "application/*" => Some(Format::Json),
            "application/yaml" => Some(Format::Yaml),
            _ => None,
        }
    })
}

/// Refuses a client that accepts nothing which is served.
pub(super) fn acceptable(accept: &str) -> Result<(), Response> {
    if format(accept).is_some() {
        return Ok(());
    }
    let message = format!("only the following media types are accepted: {SERVED}");
    Err(Status::failure(406, "NotAcceptable", message).into())
}

/// Turns an answer into the format that the client asked for.
pub(super) fn shape(mut response: Response, accept: &str) -> Response {
    if format(accept) == Some(Format::Yaml)
        && let Content::Json(value) = response.content
    {
        response.content = Content::Yaml(value);
    }
    response
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

    #[test]
    fn the_first_clause_that_is_served_decides() {
        let table = [
            ("", Some(Format::Json)),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Some(Format::Json)),
            ("application/vnd.kubernetes.protobuf,application/yaml", Some(Format::Yaml)),
            ("application/json;as=Table;v=v1;g=meta.k8s.io", None),
            ("text/html", None),
        ];
        for (accept, want) in table {
            assert_eq!(format(accept), want, "{accept}");
        }
    }
}

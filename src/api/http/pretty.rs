//! Answers for people: indented JSON (apiserver `pkg/endpoints/handlers/negotiation`, `isPrettyPrint`).

use bytes::Bytes;

use super::query::Params;
use super::{Content, Request, Response};

/// Indents the JSON of an answer when the request asks for that, or comes from a program that shows it to a person. The
/// version and the list of paths are always indented (`WriteRawJSON`).
pub(super) fn shape(mut response: Response, request: &Request) -> Response {
    if (is_wanted(request) || matches!(request.path.as_str(), "/version" | "/"))
        && let Content::Json(value) = &response.content
        && let Ok(text) = serde_json::to_vec_pretty(value)
    {
        response.content = Content::Bytes(Bytes::from(text), "application/json");
    }
    response
}

fn is_wanted(request: &Request) -> bool {
    match Params::parse(&request.query).text("pretty") {
        "" => ["curl", "Wget", "Mozilla/5.0"].iter().any(|it| request.user_agent.starts_with(it)),
        asked => matches!(asked, "1" | "t" | "T" | "true" | "TRUE" | "True"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::Value;

    fn shown(query: &str, user_agent: &str) -> String {
        let request = Request { query: query.to_owned(), user_agent: user_agent.to_owned(), ..Request::default() };
        let value = Value::Map(map! { "a" => Value::empty_map(), "b" => Value::list([1i64]) });
        let (bytes, media_type) = shape(Response::json(200, value), &request).encode();
        assert_eq!(media_type, "application/json");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn people_get_indented_json_and_programs_do_not() {
        let (plain, pretty) = ("{\"a\":{},\"b\":[1]}\n", "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}");
        let table = [
            ("", "kubectl/v1.36.2", plain),
            ("", "curl/8.5.0", pretty),
            ("pretty=0", "curl/8.5.0", plain),
            ("", "Mozilla/5.0 (X11)", pretty),
            ("pretty=true", "", pretty),
            ("pretty=yes", "curl/8.5.0", plain),
        ];
        for (query, user_agent, want) in table {
            assert_eq!(shown(query, user_agent), want, "{query} {user_agent}");
        }
    }
}

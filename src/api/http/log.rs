//! `GET /pods/NAME/log`: what is asked for, and of which run of a container (`pkg/registry/core/pod/rest/log.go`,
//! `ValidatePodLogOptions` in `pkg/apis/core/validation`, `validateContainerLogStatus` in `pkg/kubelet/kubelet_pods.go`).

use super::query::Params;
use super::route::Target;
use super::{Content, Reply, Response, container, scalars};
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::api::registry::Api;
use crate::clock::{Span, Time};
use crate::kubelet::log::Selection;
use crate::map;
use crate::object::{Key, Object, Str, Value};

/// A part of a log that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// The pod.
    pub pod: Key,
    /// The id of the container, which every run has anew: `containerd://..`.
    pub container_id: Str,
    /// Which part.
    pub selection: Selection,
    /// Whether what is printed later is told as well, until the run ends.
    pub follow: bool,
}

/// Finds what a client asks for.
pub(super) fn answer(api: &Api<'_>, target: &Target, params: &Params) -> Result<Reply, Response> {
    let selection = selection(api.now, target, params)?;
    let pod = container::pod(api, target)?;
    let name = container::chosen(&pod, params.text("container"))?;
    let Some(node) = pod.node_name() else {
        // A pod without a node has no place where its log could be asked for.
        return Ok(Reply::Done(Response::new(204, Content::Bytes(bytes::Bytes::new(), "text/plain"))));
    };
    let path = format!("/containerLogs/{}/{}/{name}", target.namespace, target.name);
    container::check_node(api, node, &path)?;
    let container_id = run(&pod, &name, params.flag("previous") == Some(true)).map_err(Status::bad_request)?;
    let follow = params.flag("follow") == Some(true);
    Ok(Reply::Log(Box::new(LogRequest { pod: pod.key(), container_id, selection, follow })))
}

/// Reads and checks the options.
fn selection(now: Time, target: &Target, params: &Params) -> Result<Selection, Response> {
    let (tail, limit, seconds) =
        (params.number("tailLines")?, params.number("limitBytes")?, params.number("sinceSeconds")?);
    let time = match params.get("sinceTime").filter(|it| !it.is_empty() && *it != "null") {
        None => None,
        Some(text) => {
            scalars::time(text, false).map_err(Status::bad_request)?;
            Time::parse(text).map(Time::truncated)
        }
    };
    let mut errors = ErrorList::new();
    if let Some(tail) = tail.filter(|it| *it < 0) {
        errors.invalid(&Path::new("tailLines"), tail, "must be greater than or equal to 0");
    }
    if let Some(limit) = limit.filter(|it| *it < 1) {
        errors.invalid(&Path::new("limitBytes"), limit, "must be greater than 0");
    }
    match (seconds, time) {
        (Some(_), Some(_)) => {
            errors.forbidden(&"", "at most one of `sinceTime` or `sinceSeconds` may be specified");
        }
        (Some(seconds), None) if seconds < 1 => {
            errors.invalid(&Path::new("sinceSeconds"), seconds, "must be greater than 0");
        }
        _ => {}
    }
    if params.get("stream").is_some_and(|it| !it.is_empty()) {
        // The choice of one output is an alpha feature, which is off unless somebody turns it on.
        errors.forbidden(&Path::new("stream"), "may not be specified");
    }
    if !errors.is_empty() {
        return Err(invalid(&target.name, &errors).into());
    }
    let since = seconds.map(|it| now - Span::seconds(it)).or(time);
    let size = |it: Option<i64>| it.and_then(|it| usize::try_from(it).ok());
    Ok(Selection { tail: size(tail), since, limit: size(limit), timestamps: params.flag("timestamps") == Some(true) })
}

fn invalid(name: &str, errors: &ErrorList) -> Status {
    let causes = Value::list(errors.iter().map(|error| Value::Map(error.cause())));
    let details = map! { "name" => Str::from(name), "kind" => "PodLogOptions", "causes" => causes };
    let message = format!("PodLogOptions {name:?} is invalid: {errors}");
    Status { code: 422, reason: "Invalid", message, details }
}

/// The id of the run whose log is meant: the present one, or the last one when there is none now or `previous` is asked for.
fn run(pod: &Object, name: &str, previous: bool) -> Result<Str, String> {
    let about = format!("container {name:?} in pod {:?}", pod.meta.name.as_str());
    let Some(status) = container::status(pod, name) else {
        return Err(format!("{about} is not available"));
    };
    let id = |of: &Value| of["containerID"].as_shared_str().filter(|it| !it.is_empty()).cloned();
    let last = &status["lastState"]["terminated"];
    let state = &status["state"];
    if previous {
        return id(last).ok_or_else(|| format!("previous terminated {about} not found"));
    }
    let ended = || format!("{about} is terminated");
    if !state["running"].is_null() {
        return id(status).ok_or_else(|| format!("{about} is waiting to start - no logs yet"));
    }
    if !state["terminated"].is_null() {
        return id(&state["terminated"]).or_else(|| id(last)).ok_or_else(ended);
    }
    if !last.is_null() {
        return id(last).ok_or_else(ended);
    }
    Err(match state["waiting"]["reason"].as_str() {
        Some("ErrImagePull") => format!("{about} is waiting to start: image can't be pulled"),
        Some("ImagePullBackOff") => format!("{about} is waiting to start: trying and failing to pull image"),
        Some(reason) => format!("{about} is waiting to start: {reason}"),
        None => format!("{about} is waiting to start - no logs yet"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn run_of(status: &str, previous: bool) -> String {
        let mut pod = Object::new(kinds::POD, "default", "web");
        let status = Value::from_json(status.as_bytes()).expect("valid JSON");
        pod.status_mut().set("containerStatuses", Value::list([status]));
        match run(&pod, "x", previous) {
            Ok(id) => id.to_string(),
            Err(message) => message,
        }
    }

    #[test]
    fn the_log_is_that_of_the_present_run_or_else_of_the_last() {
        let waiting = |reason: &str| format!(r#"{{"name":"x","state":{{"waiting":{{"reason":"{reason}"}}}}}}"#);
        let starts = "container \"x\" in pod \"web\" is waiting to start: ";
        for reason in ["ContainerCreating", "PodInitializing", "CreateContainerConfigError"] {
            assert_eq!(run_of(&waiting(reason), false), format!("{starts}{reason}"));
        }
        assert_eq!(run_of(&waiting("ErrImagePull"), false), format!("{starts}image can't be pulled"));
        assert_eq!(run_of(&waiting("ImagePullBackOff"), false), format!("{starts}trying and failing to pull image"));
        let running = r#"{"name":"x","containerID":"c://2","state":{"running":{}},"lastState":{"terminated":{"containerID":"c://1"}}}"#;
        assert_eq!((run_of(running, false).as_str(), run_of(running, true).as_str()), ("c://2", "c://1"));
        let looping = r#"{"name":"x","containerID":"c://1","state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"containerID":"c://1"}}}"#;
        assert_eq!(run_of(looping, false), "c://1");
        let ended = r#"{"name":"x","state":{"terminated":{"containerID":"c://1"}},"lastState":{}}"#;
        assert_eq!(run_of(ended, false), "c://1");
        assert_eq!(run_of(ended, true), "previous terminated container \"x\" in pod \"web\" not found");
        assert_eq!(run_of(r#"{"name":"y"}"#, false), "container \"x\" in pod \"web\" is not available");
    }

    #[test]
    fn options_are_checked_together() {
        let target = |query: &str| {
            let path = "/api/v1/namespaces/default/pods/web/log";
            let store = crate::store::Store::new();
            let target = super::super::route::resolve(crate::store::View::new(&store), path).expect("a target");
            selection(Time::from_unix(100), &target, &Params::parse(query))
        };
        let message = |query: &str| match target(query) {
            Err(Response { content: Content::Json(value), code, .. }) => {
                format!("{code} {}", value["message"].str_or_empty())
            }
            other => format!("{other:?}"),
        };
        assert_eq!(
            message("tailLines=-1&limitBytes=0&sinceSeconds=0"),
            "422 PodLogOptions \"web\" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, \
             limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0]"
        );
        assert_eq!(message("tailLines=x"), "400 strconv.ParseInt: parsing \"x\": invalid syntax");
        assert!(message("sinceTime=x").starts_with("400 parsing time \"x\" as "));
        assert!(message("sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z").contains("Forbidden: at most one of"));
        let got = target("sinceSeconds=10&tailLines=5&timestamps=true&limitBytes=9").expect("fine");
        let since = Some(Time::from_unix(90));
        assert_eq!(got, Selection { tail: Some(5), since, limit: Some(9), timestamps: true });
    }
}

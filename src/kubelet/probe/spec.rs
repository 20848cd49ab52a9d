//! A probe as a container's spec asks for it (`pkg/kubelet/prober/prober.go`, `pkg/probe/util.go`).

use crate::clock::{Span, Time};
use crate::object::Value;

/// What a probe is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Whether the container has started up; the others wait for it.
    Startup,
    /// Whether it may be asked for its service.
    Readiness,
    /// Whether it is to be started anew.
    Liveness,
}

impl Role {
    /// Every role, in the order in which the kubelet sets up its workers.
    pub const ALL: [Role; 3] = [Role::Startup, Role::Readiness, Role::Liveness];

    /// Its field in the spec of a container.
    pub fn field(self) -> &'static str {
        match self {
            Role::Startup => "startupProbe",
            Role::Readiness => "readinessProbe",
            Role::Liveness => "livenessProbe",
        }
    }

    /// Its name in the messages of events.
    pub fn name(self) -> &'static str {
        match self {
            Role::Startup => "Startup",
            Role::Readiness => "Readiness",
            Role::Liveness => "Liveness",
        }
    }

    /// What holds for a new container before it was ever probed; `None` stands for not known.
    pub fn initial(self) -> Option<bool> {
        match self {
            Role::Startup => None,
            Role::Readiness => Some(false),
            Role::Liveness => Some(true),
        }
    }
}

/// Whether a container has any probe.
pub fn are_in(container: &Value) -> bool {
    !(container["startupProbe"].is_null()
        && container["readinessProbe"].is_null()
        && container["livenessProbe"].is_null())
}

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// A command in the container.
    Exec(Vec<String>),
    /// A GET request.
    Http {
        /// `http` or `https`.
        scheme: &'static str,
        /// The host where it is not the pod.
        host: Option<String>,
        /// The port, or why it is none.
        port: Result<u16, String>,
        /// The path, with the query.
        path: String,
    },
    /// A connection.
    Tcp {
        /// The host where it is not the pod.
        host: Option<String>,
        /// The port, or why it is none.
        port: Result<u16, String>,
    },
    /// A call of `grpc.health.v1.Health`.
    Grpc {
        /// The port.
        port: u16,
        /// The service whose health is asked for.
        service: String,
    },
    /// Nothing that is known.
    Missing,
}

/// A probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What it is for.
    pub role: Role,
    /// What is tried.
    pub check: Check,
    /// How long after the container's start the first try comes at the earliest.
    pub initial_delay: Span,
    /// From one try to the next.
    pub period: Span,
    /// How long a try may take.
    pub timeout: Span,
    /// How many successes in a row make it succeed.
    pub successes: u32,
    /// How many failures in a row make it fail.
    pub failures: u32,
    /// The seconds that a container which fails it is given to end, where they are not the pod's.
    pub grace: Option<i64>,
}

impl Spec {
    /// The probe of `container` for `role`, if it has one.
    pub fn of(container: &Value, role: Role) -> Option<Self> {
        let probe = &container[role.field()];
        if probe.is_null() {
            return None;
        }
        // The API fills these in; what a test leaves out has the same defaults.
        let number = |field: &str, default: i64| probe[field].as_i64().filter(|it| *it > 0).unwrap_or(default);
        let count = |field: &str, default: i64| u32::try_from(number(field, default)).unwrap_or(u32::MAX);
        Some(Spec {
            role,
            check: check(probe, container),
            initial_delay: Span::seconds(number("initialDelaySeconds", 0)),
            period: Span::seconds(number("periodSeconds", 10)),
            timeout: Span::seconds(number("timeoutSeconds", 1)),
            successes: count("successThreshold", 1),
            failures: count("failureThreshold", 3),
            grace: probe["terminationGracePeriodSeconds"].as_i64(),
        })
    }

    /// From when on a container that started at `started` is tried: the status that the worker reads has whole seconds.
    pub fn from(&self, started: Time) -> Time {
        if self.initial_delay == Span::ZERO { started } else { started.truncated() + self.initial_delay }
    }
}

fn check(probe: &Value, container: &Value) -> Check {
    let host = |it: &Value| it["host"].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
    let (exec, http, tcp, grpc) = (&probe["exec"], &probe["httpGet"], &probe["tcpSocket"], &probe["grpc"]);
    if !exec.is_null() {
        return Check::Exec(exec["command"].items().iter().map(|it| it.str_or_empty().to_owned()).collect());
    }
    if !http.is_null() {
        let (scheme, path) = request(http);
        return Check::Http { scheme, host: host(http), port: port(&http["port"], container), path };
    }
    if !tcp.is_null() {
        return Check::Tcp { host: host(tcp), port: port(&tcp["port"], container) };
    }
    if !grpc.is_null() {
        let port = grpc["port"].as_i64().and_then(|it| u16::try_from(it).ok()).unwrap_or_default();
        return Check::Grpc { port, service: grpc["service"].str_or_empty().to_owned() };
    }
    Check::Missing
}

/// The scheme and the path of an `httpGet`.
pub fn request(http: &Value) -> (&'static str, String) {
    let scheme = if http["scheme"].as_str() == Some("HTTPS") { "https" } else { "http" };
    let path = http["path"].as_str().filter(|it| !it.is_empty()).unwrap_or("/");
    (scheme, if path.starts_with('/') { path.to_owned() } else { format!("/{path}") })
}

/// `ResolveContainerPort`: a number, or the name of one of the container's ports.
///
/// # Errors
/// Why it is none.
pub fn port(port: &Value, container: &Value) -> Result<u16, String> {
    let number = match port.as_str() {
        None => port.as_i64().unwrap_or_default(),
        Some(name) => {
            let named = container["ports"].items().iter().find(|it| it["name"].as_str() == Some(name));
            match named.and_then(|it| it["containerPort"].as_i64()).or_else(|| name.parse().ok()) {
                Some(number) => number,
                None => return Err(format!("strconv.Atoi: parsing {name:?}: invalid syntax")),
            }
        }
    };
    u16::try_from(number).ok().filter(|it| *it > 0).ok_or_else(|| format!("invalid port number: {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(container: &str) -> Spec {
        let container = Value::from_json(container.as_bytes()).expect("valid JSON");
        Spec::of(&container, Role::Liveness).expect("a probe")
    }

    #[test]
    fn a_container_has_probes_if_it_has_one_of_any_role() {
        for role in Role::ALL {
            let container = format!(r#"{{"{}":{{"exec":{{}}}}}}"#, role.field());
            assert!(are_in(&Value::from_json(container.as_bytes()).expect("valid JSON")), "{role:?}");
        }
        assert!(!are_in(&Value::empty_map()));
    }

    #[test]
    fn a_probe_has_the_defaults_of_the_api() {
        let spec = of(r#"{"livenessProbe":{"exec":{"command":["cat","/tmp/healthy"]}}}"#);
        let want = Spec {
            role: Role::Liveness,
            check: Check::Exec(vec!["cat".to_owned(), "/tmp/healthy".to_owned()]),
            initial_delay: Span::ZERO,
            period: Span::seconds(10),
            timeout: Span::seconds(1),
            successes: 1,
            failures: 3,
            grace: None,
        };
        assert_eq!(spec, want);
    }

    #[test]
    fn a_port_is_a_number_or_the_name_of_a_port_of_the_container() {
        for (port, want) in [
            ("8080", Ok(8080)),
            (r#""http""#, Ok(80)),
            (r#""9090""#, Ok(9090)),
            (r#""metrics""#, Err("strconv.Atoi: parsing \"metrics\": invalid syntax")),
            ("70000", Err("invalid port number: 70000")),
        ] {
            let text = format!(
                r#"{{"ports":[{{"name":"http","containerPort":80}}],"livenessProbe":{{"tcpSocket":{{"port":{port}}}}}}}"#
            );
            let want = Check::Tcp { host: None, port: want.map_err(str::to_owned) };
            assert_eq!(of(&text).check, want, "{port}");
        }
    }

    #[test]
    fn the_initial_delay_counts_from_the_second_in_which_the_container_started() {
        let spec = of(r#"{"livenessProbe":{"grpc":{"port":1},"initialDelaySeconds":5}}"#);
        assert_eq!(spec.from(Time(3_700_000_000)), Time::from_unix(8));
        assert_eq!(spec.check, Check::Grpc { port: 1, service: String::new() });
    }
}

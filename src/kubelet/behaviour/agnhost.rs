//! The images of Kubernetes' own examples, which do what their arguments say, in the words for what a container does.

use crate::object::Value;

/// What a container of `image` does with `args`, if it is one of these images.
pub fn behaviour(image: &str, args: &[Value]) -> Option<String> {
    let name = bare_name(image);
    let flag = |flag: &str| {
        let mut words = args.iter().map(Value::str_or_empty);
        words.find_map(|it| it.trim_start_matches('-').strip_prefix(flag)?.strip_prefix('=').map(str::to_owned))
    };
    match name {
        "agnhost" => Some(match args.first().map_or("pause", Value::str_or_empty) {
            "netexec" => answers(&flag("http-port").unwrap_or_else(|| "8080".to_owned())),
            "serve-hostname" => answers(&flag("port").unwrap_or_else(|| "9376".to_owned())),
            "test-webserver" => answers("80"),
            "liveness" => LIVENESS.to_owned(),
            "grpc-health-checking" => "listen on port 5000, listen on port 8080".to_owned(),
            _ => "run".to_owned(),
        }),
        "liveness" => Some(LIVENESS.to_owned()),
        "http-echo" => {
            let listen = flag("listen").and_then(|it| it.rsplit(':').next().map(str::to_owned));
            let text = flag("text").unwrap_or_else(|| "hello-world".to_owned());
            let quoted = text.replace('\\', r"\\").replace('"', "\\\"");
            Some(format!("{} with \"{quoted}\\n\"", answers(&listen.unwrap_or_else(|| "5678".to_owned()))))
        }
        _ => None,
    }
}

/// `busybox` of `docker.io/library/busybox:1.37@sha256:..`. Every container that starts is looked at by it.
fn bare_name(image: &str) -> &str {
    let place = |text: &str, of: u8| text.bytes().position(|it| it == of).unwrap_or(text.len());
    let image = &image[..place(image, b'@')];
    let name = &image[image.bytes().rposition(|it| it == b'/').map_or(0, |it| it + 1)..];
    &name[..place(name, b':')]
}

fn answers(port: &str) -> String {
    format!("listen on port {port}, answer 200 at port {port}")
}

/// It is well for ten seconds, and then it is not.
const LIVENESS: &str =
    "listen on port 8080, answer 200 on /healthz at port 8080, answer 500 on /healthz at port 8080 after 10 seconds";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_images_do_what_their_arguments_say() {
        let table = [
            ("registry.k8s.io/e2e-test-images/agnhost:2.40", r#"["liveness"]"#, Some(LIVENESS)),
            ("agnhost", r#"["netexec","--http-port=9090"]"#, Some("listen on port 9090, answer 200 at port 9090")),
            (
                "hashicorp/http-echo:1.0",
                r#"["-text=say \"hi\"","-listen=:80"]"#,
                Some(r#"listen on port 80, answer 200 at port 80 with "say \"hi\"\n""#),
            ),
            ("nginx", "[]", None),
            ("localhost:5000/agnhost@sha256:ab/cd:e", r#"["pause"]"#, Some("run")),
            ("agnhost/other", "[]", None),
        ];
        for (image, args, want) in table {
            let args = Value::from_json(args.as_bytes()).expect("JSON");
            assert_eq!(behaviour(image, args.items()).as_deref(), want, "{image}");
        }
    }
}

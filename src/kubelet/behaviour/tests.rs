//! What is said of containers, read and followed.

use super::*;
use crate::object::kinds;

fn at(seconds: i64) -> Time {
    Time::from_unix(seconds)
}

fn clause(after: i64, effect: Effect) -> Clause {
    Clause { after: Span::seconds(after), effect }
}

#[test]
fn what_a_container_does_is_read_as_people_say_it() {
    let answer = |status, path: Option<&str>, port, body: &str| Effect::Answer {
        status,
        path: path.map(Str::from),
        port,
        body: Str::from(body),
    };
    let table = [
        (
            r#"print "3.14159" and exit 0 after 10 seconds"#,
            vec![clause(0, Effect::Print("3.14159\n".into())), clause(10, Effect::Exit(0))],
        ),
        ("starts answering 500 on /healthz", vec![clause(0, answer(500, Some("/healthz"), None, ""))]),
        (
            r#"answer 200 on / at port 8080 with "hello"; stop listening after 2m30s"#,
            vec![clause(0, answer(200, Some("/"), Some(8080), "hello")), clause(150, Effect::StopListening(None))],
        ),
        ("stops listening on port 80", vec![clause(0, Effect::StopListening(Some(80)))]),
        ("starts hanging", vec![clause(0, Effect::Hang)]),
        ("grows to 300Mi after 1 minute", vec![clause(60, Effect::Grow(300 << 20))]),
        ("crashes with code 3", vec![clause(0, Effect::Exit(3))]),
        ("run, listen on port 53", vec![clause(0, Effect::Listen(53))]),
    ];
    for (text, want) in table {
        assert_eq!(parse(text).map(|it| it.clauses), Ok(want), "{text}");
    }
}

#[test]
fn what_is_not_understood_is_answered_with_what_is() {
    for text in ["prnt \"x\"", "exit soon", "answer 200 on healthz", "grow to much", "exit 0 after a while", "sing"] {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.contains("`exit CODE`"), "{error}");
    }
    assert!(parse("prnt \"x\"").expect_err("misspelt").to_string().contains("did you mean `print \"TEXT\"`"));
}

#[test]
fn the_annotation_of_a_pod_is_for_one_container_and_comes_before_its_image() {
    let mut behaviours = Behaviours::default();
    behaviours.set("perl".into(), parse("exit 1").expect("words"));
    let mut pod = Object::new(kinds::POD, "default", "pi");
    pod.meta.set_annotation("seatrial.dev/container.pi", "exit 0");
    let of = |name: &str, image: &str| {
        let container = Value::Map(crate::map! { "name" => name, "image" => image });
        behaviours.of(&pod, &container).expect("words").map(|it| it.clauses[0].effect.clone())
    };
    assert_eq!(of("pi", "perl:5"), Some(Effect::Exit(0)));
    assert_eq!(of("other", "perl:5.34"), Some(Effect::Exit(1)));
    assert_eq!(of("other", "registry:5000/perl"), None);
}

#[test]
fn a_server_answers_as_its_image_does_until_something_is_said_of_it() {
    let nginx = ImageBehaviour::of_image("nginx");
    let mut server = Server::new(nginx);
    server.follow(&parse("answer 500 on /, stop listening after 60 seconds").expect("words"), at(100));
    let status = |port: u16, path: &str, seconds: i64| match server.answer(Value::null(), port, path, at(seconds)) {
        Answer::Http { status, .. } => i64::from(status),
        Answer::Refused => 0,
        other => panic!("{other:?}"),
    };
    assert_eq!((status(80, "/", 99), status(80, "/healthz", 99), status(81, "/", 99)), (200, 404, 0));
    assert_eq!((status(80, "/", 100), status(80, "/", 160)), (500, 0));
    assert_eq!((server.next_change(at(100)), server.next_change(at(160))), (Some(at(160)), None));
}

#[test]
fn a_server_of_which_nothing_is_known_opens_what_its_spec_names() {
    let server = Server::new(None);
    let container = Value::from_json(br#"{"ports":[{"containerPort":8080}]}"#).expect("JSON");
    assert_eq!(server.answer(&container, 8080, "/any", at(0)), Answer::Http { status: 200, body: Str::new() });
    assert_eq!(server.answer(&container, 8081, "/any", at(0)), Answer::Refused);
    assert_eq!(server.answer(Value::null(), 8081, "/any", at(0)), Answer::Http { status: 200, body: Str::new() });
}

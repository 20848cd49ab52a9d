//! Programs with what busybox's awk makes of them, as they were run by hand (`cases.txt`).

use crate::clock::Time;
use crate::kubelet::shell::{Shell, machine::State, shell};

#[test]
fn programs_print_what_busybox_prints() {
    let mut wrong = Vec::new();
    for block in include_str!("cases.txt").split("=== ").skip(1) {
        let (script, rest) = block.split_once("\n--- ").expect("a result");
        let (status, output) = rest.split_once('\n').expect("an exit code");
        let mut machine = shell(script, &Shell::default(), &Default::default(), Time::from_unix(0)).expect("a script");
        machine.files.make_folder("/tmp/w", true).expect("a folder");
        if let Some(first) = machine.first() {
            first.folder = "/tmp/w".into();
        }
        machine.run(Time::from_unix(60));
        let printed: String = machine.log.pieces().iter().filter(|it| !it.error).map(|it| it.text.as_str()).collect();
        let ended = matches!(machine.state, State::Ended(_, code) if code.to_string() == status);
        if !ended || printed != output {
            wrong.push(format!(
                "{script}\nwanted {status} {output}got {:?} {printed}{:?}",
                machine.state, machine.stuck
            ));
        }
    }
    assert!(wrong.is_empty(), "{} programs do otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_takes_steps_or_text_without_end_is_not_interpreted() {
    for program in [
        "BEGIN { while (1) {} }",
        "BEGIN { x = 1; for (;;) x = x x }",
        "BEGIN { x = \"a\"; for (;;) gsub(/a/, \"aa\", x) }",
        "BEGIN { x = \"aa\"; for (;;) x = sprintf(\"%s%s\", x, x) }",
        "BEGIN { x = \"0123456789\"; for (;;) a[i++] = x }",
        "BEGIN { for (;;) print 1 }",
    ] {
        let script = format!("awk '{program}'");
        let mut machine = shell(&script, &Shell::default(), &Default::default(), Time::from_unix(0)).expect("a script");
        machine.run(Time::from_unix(60));
        assert!(machine.stuck.contains_key(&1), "{program}");
    }
}

//! Scripts, and what becomes of them.

mod bounds;
mod dash;

use super::*;
use crate::clock::Span;

fn env() -> Environment {
    [("HOSTNAME", Some("web-0")), ("N", Some("3")), ("GREETING", Some("hello you")), ("SECRET", None)]
        .into_iter()
        .map(|(name, value)| {
            (Str::from(name), Variable { value: value.map(Str::from), readonly: false, exported: true })
        })
        .collect()
}

fn start(script: &str) -> Machine {
    shell(script, &Shell::default(), &env(), Time::from_unix(0)).expect("a script that is interpreted")
}

fn printed(machine: &Machine) -> String {
    machine.log.text()
}

/// Runs for a virtual day.
fn run(script: &str) -> Machine {
    let mut machine = start(script);
    machine.run(Time::from_unix(86_400));
    machine
}

fn check(script: &str, seconds: i64, exit: i64, output: &str) {
    let machine = run(script);
    assert_eq!(printed(&machine), output, "{script}");
    assert_eq!(machine.state, State::Ended(Time::from_unix(seconds), exit), "{script}");
}

#[test]
fn a_script_ends_when_and_how_its_commands_say() {
    for (script, seconds, exit) in [
        ("sleep 5", 5, 0),
        ("sleep 1; exit 3", 1, 3),
        ("sleep 1 && false || sleep 2", 3, 0),
        ("false || exit 4; sleep 9", 0, 4),
        ("true && sleep 2\nfalse", 2, 1),
        ("! true", 0, 1),
        ("exit 256", 0, 0),
        ("false; exit", 0, 1),
        ("sleep $N; exit ${N}", 3, 3),
        ("X=2; sleep $X # then nothing", 2, 0),
        ("set -e; false; sleep 9", 0, 1),
        ("set -e; if false; then sleep 1; fi; false || true; sleep 2", 2, 0),
        ("echo 'sleep 3; exit 5' | sh; exit $?", 3, 5),
        ("sh", 0, 0),
        ("exec sleep 2; sleep 9", 2, 0),
        ("sleep 1m 30", 90, 0),
        ("exit 0; nginx", 0, 0),
        ("", 0, 0),
    ] {
        check(script, seconds, exit, "");
    }
}

#[test]
fn compound_commands_do_as_in_any_shell() {
    for (script, output) in [
        ("i=0; while [ $i -lt 3 ]; do echo $i; i=$((i + 1)); done", "0\n1\n2\n"),
        ("until [ -f /tmp/x ]; do echo no; touch /tmp/x; done", "no\n"),
        ("for w in a \"b c\" $GREETING; do echo \"<$w>\"; done", "<a>\n<b c>\n<hello>\n<you>\n"),
        ("for i in $(seq 1 5); do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done", "1\n3\n"),
        ("if false; then echo a; elif true; then echo b; else echo c; fi", "b\n"),
        ("case web-1 in db*) echo db;; web-[0-9]|x) echo web;; *) echo other;; esac", "web\n"),
        ("f() { local a=$1; echo $a $#; return 3; }; f x y; echo $?", "x 2\n3\n"),
        ("(cd /tmp; echo $(pwd)); pwd", "/tmp\n/\n"),
        ("{ echo a; echo b; } | cat | wc -l", "2\n"),
        ("echo a b | while read x y; do echo $y $x; done", "b a\n"),
        ("echo one >/tmp/f; echo two >>/tmp/f; cat </tmp/f; cat /tmp/f | grep -c o", "one\ntwo\n2\n"),
        ("cat <<END\nhi $N\nEND", "hi 3\n"),
        ("X=a; (X=b; echo $X); echo $X", "b\na\n"),
        ("set -- a b c; shift; echo $1 $# \"$@\"", "b 2 b c\n"),
        ("printf '%s=%03d\\n' a 7 b 8", "a=007\nb=008\n"),
        ("echo -n a; echo -e 'b\\tc'; hostname", "ab\tc\nweb-0\n"),
        ("mkdir -p /data/a; touch /data/a/1 /data/a/2; ls /data/a; echo /data/a/*", "1\n2\n/data/a/1 /data/a/2\n"),
        ("A=1 env | grep ^A; echo [$A]", "A=1\n[]\n"),
        ("trap 'echo bye' EXIT; echo hi", "hi\nbye\n"),
        ("trap 'echo bye' 0; echo hi", "hi\nbye\n"),
    ] {
        let machine = run(script);
        assert_eq!(printed(&machine), output, "{script}");
    }
}

#[test]
fn parameters_are_expanded_as_posix_says() {
    for (word, want) in [
        ("${N}x", "3x"),
        ("${none:-d}", "d"),
        ("${none:=e}$none", "ee"),
        ("${N:+set}", "set"),
        ("${#GREETING}", "9"),
        ("${F##*/}", "c.tar.gz"),
        ("${F%.*}", "/a/b/c.tar"),
        ("${F%%.*}", "/a/b/c"),
        ("${F#/*/}", "b/c.tar.gz"),
        ("$((N * 2 + 1))", "7"),
        ("'$N'", "$N"),
        ("\"$GREETING\"", "hello you"),
        ("\\$N", "$N"),
        ("`echo back`", "back"),
    ] {
        let machine = run(&format!("F=/a/b/c.tar.gz; echo {word}"));
        assert_eq!(printed(&machine), format!("{want}\n"), "{word}");
    }
}

#[test]
fn time_passes_in_sleeps_alone() {
    check("date; sleep 90; date +%H:%M:%S", 90, 0, "Thu Jan  1 00:00:00 UTC 1970\n00:01:30\n");
    check("sleep 5 & sleep 2; echo two; wait; echo five", 5, 0, "two\nfive\n");
    check("(sleep 3; echo a) | cat", 3, 0, "a\n");
    check("X=$(sleep 4; echo four); echo $X", 4, 0, "four\n");
}

#[test]
fn a_machine_is_what_it_was_at_any_instant() {
    let script = "touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600";
    let mut machine = start(script);
    assert_eq!(machine.run(Time::from_unix(29)), Some(Time::from_unix(30)));
    assert!(machine.files.get("/tmp/healthy").is_some());
    assert_eq!(machine.run(Time::from_unix(30)), Some(Time::from_unix(630)));
    assert!(machine.files.get("/tmp/healthy").is_none());
    assert_eq!((machine.run(Time::from_unix(700)), machine.state), (None, State::Ended(Time::from_unix(630), 0)));
}

#[test]
fn process_1_takes_only_the_signals_that_it_traps() {
    let after_term = |script: &str| {
        let mut machine = start(script);
        machine.run(Time::from_unix(10));
        machine.signal(1, "TERM");
        machine.run(Time::from_unix(10));
        machine.run(Time::from_unix(10) + Span::seconds(100));
        (machine.state.clone(), printed(&machine))
    };
    assert_eq!(after_term("sleep 3600").0, State::Running);
    let (state, output) = after_term("trap 'echo caught; exit 0' TERM; sleep 3600 & wait");
    assert_eq!((state, output.as_str()), (State::Ended(Time::from_unix(10), 0), "caught\n"));
    // A shell looks at a signal when its foreground command is over.
    let (state, _) = after_term("trap 'exit 7' TERM; while true; do sleep 15; done");
    assert_eq!(state, State::Ended(Time::from_unix(15), 7));
    assert_eq!(after_term("trap '' TERM; sleep 20").0, State::Ended(Time::from_unix(20), 0));
}

#[test]
fn a_background_process_can_be_killed() {
    check("sleep 100 & kill $!; wait $!; echo $?", 0, 0, "143\n");
    check("sleep 100 & p=$!; kill -9 $p; wait $p; echo $?", 0, 0, "137\n");
}

#[test]
fn a_loop_without_a_sleep_is_cut_off() {
    let machine = run("while true; do :; done");
    assert_eq!(machine.state, State::Ended(Time::from_unix(0), machine::KILLED));
    assert!(printed(&machine).contains("a loop without a sleep is cut off"), "{}", printed(&machine));
    let machine = run("while true; do date >/dev/null; sleep 1; done");
    assert_eq!(machine.state, State::Running);
}

#[test]
fn what_no_shell_understands_fails_as_in_one() {
    for (script, message) in [
        ("if true", "unexpected end of file (expecting \"then\")"),
        ("if true; then echo", "unexpected end of file (expecting \"fi\")"),
        ("while true; do sleep 1", "unexpected end of file (expecting \"done\")"),
        ("echo a; fi", "unexpected \"fi\""),
        ("while true; done", "unexpected \"done\""),
        ("echo a && && echo b", "unexpected \"&&\""),
        ("echo a | ; echo b", "unexpected \";\""),
        ("echo a; ) echo b", "unexpected \")\""),
        ("echo 'a", "unterminated quoted string"),
        ("echo \"a", "unterminated quoted string"),
        ("echo $(date", "unexpected end of file (expecting \")\")"),
    ] {
        check(script, 0, 2, &format!("sh: syntax error: {message}\n"));
    }
    let machine = run("cat /no/such; echo $?; cat < /no/such; echo $?");
    let want = "cat: can't open '/no/such': No such file or directory\n1\nsh: can't open /no/such: no such file\n2\n";
    assert_eq!(printed(&machine), want);
    let machine = run("eval 'if'; echo never");
    assert_eq!(printed(&machine), "sh: syntax error: unexpected end of file (expecting \"then\")\n");
}

#[test]
fn a_construct_that_is_not_interpreted_fails_and_is_named() {
    let machine = refused("<& 12", &env(), Time::from_unix(7));
    assert_eq!(machine.state, State::Ended(Time::from_unix(7), 2));
    assert_eq!(printed(&machine), "sh: syntax error: \"<& 12\" is not interpreted by virtual containers\n");
    check(
        "sh -c 'cat <&12'; echo $?",
        0,
        0,
        "sh: syntax error: \"<& 12\" is not interpreted by virtual containers\n2\n",
    );
}

#[test]
fn a_base_image_lacks_every_program_but_the_usual_ones() {
    let start = |script: &str| {
        let mut machine = start(script).of_image(true);
        machine.run(Time::from_unix(60));
        machine
    };
    let machine = start("nginx -g x; echo $?; /opt/run || echo no; sleep 5; exit 3");
    assert_eq!(printed(&machine), "sh: nginx: not found\n127\nsh: /opt/run: not found\nno\n");
    assert_eq!(machine.state, State::Ended(Time::from_unix(5), 3));
    assert_eq!(start("set -e; backup; sleep 5").state, State::Ended(Time::from_unix(0), 127));
    let machine = start("gzip x");
    assert_eq!(machine.stuck.get(&1).map(String::as_str), Some("gzip"));
}

#[test]
fn the_usual_programs_do_what_they_do() {
    for (script, output) in [
        ("true && echo yes; false || echo no", "yes\nno\n"),
        ("sleep 0.5; sleep .5; date +%S", "01\n"),
        ("sleep 1m 1s; date +%s", "61\n"),
        ("date -u +%Y-%m-%dT%H:%M:%SZ", "1970-01-01T00:00:00Z\n"),
        ("date +'%F %T'; date +%s.%N; date +%H%M%S%j%u%p%Z", "1970-01-01 00:00:00\n0.000000000\n0000000014AMUTC\n"),
        (
            "date -d @86400 +%F; date -d '2026-01-02 03:04:05' +%s; date -R",
            "1970-01-02\n1767323045\nThu, 01 Jan 1970 00:00:00 +0000\n",
        ),
        (
            "date -Iseconds; date -I; date -d nonsense; echo $?",
            "1970-01-01T00:00:00+00:00\n1970-01-01\ndate: invalid date 'nonsense'\n1\n",
        ),
        (
            "touch /tmp/a; ls /tmp; rm /tmp/a; ls /tmp; rm /tmp/a; echo $?; rm -f /tmp/a; echo $?",
            "a\nrm: can't remove '/tmp/a': No such file or directory\n1\n0\n",
        ),
        (
            "mkdir /a/b; mkdir -p /a/b; test -d /a/b && [ ! -e /a/c ] && echo ok",
            "mkdir: can't create directory '/a/b': No such file or directory\nok\n",
        ),
        ("seq 3; seq 2 3; seq 1 2 5", "1\n2\n3\n2\n3\n1\n3\n5\n"),
        ("env A=1 B=2 sh -c 'echo $A$B'; echo [$A]; env A=x | grep ^A=", "12\n[]\nA=x\n"),
        ("hostname; cat /etc/hostname; echo $HOSTNAME", "web-0\nweb-0\nweb-0\n"),
        ("kill -0 1 && echo alive; kill 99; echo $?", "alive\nsh: kill: No such process\n1\n"),
        ("command -v date; command -v cd; command -v nginx; echo $?; which sleep", "/bin/date\ncd\n127\n/bin/sleep\n"),
        ("type echo; type date; type nginx", "echo is a shell builtin\ndate is /bin/date\nnginx: not found\n"),
        ("echo $$; (echo $$)", "1\n1\n"),
        (
            "i=5; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i $((7 % 4)) $((1 << 4)) $((2 > 1 ? 8 : 9))",
            "0 3 16 8\n",
        ),
        ("echo a >&2; echo b 2>/dev/null; { echo c; echo d >&2; } >/dev/null", "a\nb\nd\n"),
        ("f() { return 4; }; f || echo $?; trap 'echo end' EXIT; exit 3", "4\nend\n"),
        ("printf '%s\\n' a 'b c'; printf '%5.1f|%x|%%\\n' 2.25 255", "a\nb c\n  2.2|ff|%\n"),
    ] {
        assert_eq!(printed(&run(script)), output, "{script}");
    }
}

/// What a script prints, and how it ends, under a shell that is called by this name.
fn under(dialect: dialect::Dialect, script: &str) -> (String, State) {
    let call = Shell { dialect, name: "sh".to_owned(), ..Shell::default() };
    let mut machine =
        shell(script, &call, &env(), Time::from_unix(0)).expect("a script").of_image(true).with_sh(dialect);
    machine.run(Time::from_unix(60));
    (printed(&machine), machine.state)
}

#[test]
fn what_one_shell_has_another_does_not_know() {
    use dialect::Dialect::{Ash, Bash, Dash};
    for (dialect, script, want) in [
        (Ash, "[[ a = a ]] && echo ok", "ok\n"),
        (Dash, "[[ a = a ]] && echo ok || echo no", "sh: 1: [[: not found\nno\n"),
        (Dash, "\nsource /x; echo $?", "sh: 2: source: not found\n127\n"),
        (Dash, "echo -e 'a\\tb'", "-e a\tb\n"),
        (Bash, "foo; echo $?", "sh: line 1: foo: command not found\n127\n"),
        (Ash, "for ((i=0;i<2;i++)); do echo; done", "sh: syntax error: bad for loop variable\n"),
        (Ash, "a=(1 2)", "sh: syntax error: unexpected \"(\"\n"),
        (Ash, "cat <<< x", "sh: syntax error: unexpected redirection\n"),
        (Ash, "echo ${x^^}", "sh: syntax error: bad substitution\n"),
        (Ash, "f() { local -r x=1; }; f; echo on", "sh: local: -r: bad variable name\n"),
    ] {
        assert_eq!(under(dialect, script).0, want, "{script}");
    }
}

#[test]
fn what_is_not_interpreted_is_named() {
    let refused = shell("cat <&12", &Shell::default(), &env(), Time::from_unix(0));
    assert_eq!(refused.err().as_deref(), Some("<& 12"));
    for (script, want) in
        [("sleep 3; nginx -g x", "nginx"), ("echo $SECRET", "$SECRET"), ("date --weird", "date --weird")]
    {
        let machine = run(script);
        assert_eq!(machine.stuck.get(&1).map(String::as_str), Some(want), "{script}");
        assert_eq!(machine.state, State::Running, "{script}");
    }
}

#[test]
fn what_asks_for_more_than_any_script_means_is_not_interpreted() {
    for script in ["printf '%.99999f' 1", "printf '%999999999d' 1", "printf '%*d' 99999 1", "seq 2000000"] {
        assert!(run(script).stuck.contains_key(&1), "{script}");
    }
    let places = format!("seq 0.{}1 1", "0".repeat(200));
    assert!(run(&places).stuck.contains_key(&1), "{places}");
}

#[test]
fn a_temporary_file_of_every_name_is_there_already() {
    let script = "i=0; while mktemp tX >/dev/null 2>&1; do i=$((i + 1)); done; echo $i; mktemp tX";
    assert_eq!(printed(&run(script)), "62\nmktemp: tX: File exists\n");
}

//! Scripts that want more than there is: they fail as they would where memory and processes end, and take no more until then.

use super::*;

/// How a script ends, and the end of what it says.
fn fate(script: &str) -> (State, String) {
    let mut machine = start(script);
    machine.run(Time::from_unix(3_600));
    (machine.state.clone(), printed(&machine))
}

#[test]
fn a_text_that_doubles_is_more_than_a_shell_has_room_for() {
    for script in [
        "x=a; while true; do x=$x$x; done",
        "x=a; while true; do x=\"$x$x\"; done",
        "x=a; while true; do x=${x}${x:-b}; done",
        "x=a; while true; do x=$(echo $x$x); done",
        "x=aaaaaaaaaaaaaaaa; while true; do set -- \"$x$x\"; x=$1; done",
    ] {
        let (state, said) = fate(script);
        assert!(
            matches!(state, State::Ended(at, 2 | machine::KILLED) if at == Time::from_unix(0)),
            "{script}: {state:?}"
        );
        assert!(said.starts_with("sh: "), "{script}: {said}");
    }
}

#[test]
fn many_texts_are_together_more_than_a_shell_has_room_for() {
    let script = "x=a; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do x=$x$x; done; i=0
        while true; do i=$((i + 1)); eval \"v$i=$x\"; sleep 1; done";
    let ended = State::Ended(Time::from_unix(510), 2);
    assert_eq!(fate(script), (ended, "sh: out of memory\n".to_owned()));
}

#[test]
fn processes_are_no_more_than_a_node_lets_a_container_have() {
    let (state, said) = fate("while true; do sleep 10000 & sleep 0.1; done");
    assert!(matches!(state, State::Ended(at, 2) if at.unix() == 409), "{state:?}");
    assert_eq!(said, "sh: can't fork: Resource temporarily unavailable\n");
}

#[test]
fn of_processes_that_nobody_waits_for_the_last_ones_are_remembered() {
    let mut machine = start("while true; do (exit 3) & sleep 0.1; done");
    machine.run(Time::from_unix(3_600));
    assert!(machine.ended.len() < 10_000, "{}", machine.ended.len());
    check("(exit 3) & sleep 1; wait $!; exit $?", 1, 3, "");
}

#[test]
fn a_function_that_calls_itself_comes_to_an_end() {
    let (state, said) = fate("f() { sleep 0.01; f; true; }; f");
    assert!(matches!(state, State::Ended(_, 2)), "{state:?}");
    assert_eq!(said, "sh: out of memory\n");
}

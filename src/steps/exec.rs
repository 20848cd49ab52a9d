//! Steps that execute commands in containers. What they print is looked at as that of any command.

use super::{Args, Result, steps};
use crate::clock::Span;
use crate::object::kinds;
use crate::report::Failure;
use crate::stage::{Exec, ExecError};
use crate::world::{World, not_settled};

/// How much virtual time a command takes at most.
const PATIENCE: Span = Span::seconds(86_400);

steps! {
    /// Executes a command in a container of a pod, as `kubectl exec POD -- sh -c COMMAND` does. Steps about the last
    /// command look at what it printed and at its exit code; one that fails fails no step. It takes its time: after
    /// `sleep 5` five seconds have passed.
    When "I run {command:text} in {object}( container {container:word})( for at most {duration})", "When I run \"cat /tmp/healthy\" in pod/web" => run;
    /// Executes a command in a container of a pod, which reads the text under the step from its standard input.
    When "I run {command:text} in {object}( container {container:word})( for at most {duration}) with input:", "When I run \"sort\" in pod/web with input:\n  \"\"\"\n  b\n  a\n  \"\"\"" => run;
    /// Executes the script under the step in a container of a pod.
    When "I run in {object}( container {container:word}):", "When I run in pod/web:\n  \"\"\"sh\n  echo \"$HOSTNAME\" > /tmp/name\n  \"\"\"" => run_script;
}

async fn run(world: &mut World, args: Args) -> Result {
    let input = if args.step.docstring.is_some() { args.docstring()? } else { String::new() };
    let script = args.text("command").to_owned();
    execute(world, &args, script, input).await
}

async fn run_script(world: &mut World, args: Args) -> Result {
    let script = args.docstring()?;
    execute(world, &args, script, String::new()).await
}

async fn execute(world: &mut World, args: &Args, script: String, input: String) -> Result {
    let target = world.target(args.word("object")).await?;
    if target.kind != kinds::POD {
        let message = format!("{target} has no containers: a command runs in a pod");
        return Err(Failure::scenario(message).help("name a pod, such as `pod/web-*`"));
    }
    let at_most = if args.optional("duration").is_some() { args.duration("duration")? } else { PATIENCE };
    let exec = Exec {
        namespace: target.namespace.clone(),
        pod: target.name.clone(),
        container: args.optional("container").map(str::to_owned),
        argv: vec!["sh".to_owned(), "-c".to_owned(), script.clone()],
        input,
        at_most,
    };
    let mut ran = match world.stage()?.exec(&exec).await {
        Ok(ran) => ran,
        Err(ExecError::NotSettled(error)) => return Err(not_settled(error)),
        Err(ExecError::Refused(status)) => {
            let refusal =
                super::Refusal { code: status.code, reason: status.reason.to_owned(), message: status.message };
            let failure = Failure::expectation(refusal.to_string());
            world.refusal = Some(refusal);
            return Err(failure);
        }
        Err(error) => return Err(Failure::expectation(error.to_string())),
    };
    ran.line = script.trim_end().to_owned();
    world.ran = Some(ran);
    Ok(())
}

//! Redirections: where the descriptors of a command lead.

use std::sync::Arc;

use super::expand::{self, Failure, Outputs};
use super::files::absolute;
use super::machine::Machine;
use super::script::{Node, Redirect, RedirectTo};
use super::task::{Frame, Target, Task};

/// A redirection whose words are known.
pub(super) struct Opening<'a> {
    redirect: &'a Redirect,
    /// The name of its file, or the text of its here document.
    text: String,
}

/// The words of redirections, put together.
pub(super) fn expand_redirects<'a>(
    task: &mut Task,
    redirects: &'a [Redirect],
    outputs: &mut Outputs<'_>,
) -> Result<Vec<Opening<'a>>, Failure> {
    let opening = |redirect: &'a Redirect| {
        let text = match &redirect.to {
            RedirectTo::Read(word)
            | RedirectTo::Write(word)
            | RedirectTo::Append(word)
            | RedirectTo::Both(word)
            | RedirectTo::Text(word) => expand::text(task, word, outputs)?,
            RedirectTo::Duplicate(_) | RedirectTo::Close => String::new(),
        };
        Ok(Opening { redirect, text })
    };
    redirects.iter().map(opening).collect()
}

impl Machine {
    pub(super) fn redirected(
        &mut self,
        task: &mut Task,
        inner: &Arc<Node>,
        redirects: &[Redirect],
        outputs: &mut Outputs<'_>,
    ) -> Result<(), Failure> {
        let openings = expand_redirects(task, redirects, outputs)?;
        let old = task.fds.clone();
        if self.redirect(task, openings) {
            task.frames.push(Frame::Restore(old));
            task.frames.push(Frame::Run(inner.clone()));
        } else {
            task.fds = old;
            task.status = 2;
            super::step::stop_on_error(task);
        }
        Ok(())
    }

    /// Redirects descriptors; returns whether all could be.
    pub(super) fn redirect(&mut self, task: &mut Task, openings: Vec<Opening<'_>>) -> bool {
        for Opening { redirect, text } in openings {
            let target = match &redirect.to {
                RedirectTo::Duplicate(from) => match task.fds.get(*from) {
                    Some(target) if *target != Target::Closed => target.clone(),
                    _ => {
                        self.complain(task, &format!("{from}: Bad file descriptor"));
                        return false;
                    }
                },
                RedirectTo::Close => Target::Closed,
                RedirectTo::Text(_) => Target::In(self.new_stream(text)),
                how => match self.open(task, how, &text) {
                    Ok(target) => target,
                    Err(why) => {
                        self.complain(task, &why);
                        return false;
                    }
                },
            };
            let fds = task.fds.make_mut();
            if fds.len() <= redirect.fd {
                fds.resize(redirect.fd + 1, Target::Closed);
            }
            fds[redirect.fd] = target;
        }
        true
    }

    fn open(&mut self, task: &Task, how: &RedirectTo, name: &str) -> Result<Target, String> {
        let path = self.files.resolved(&absolute(&task.folder, name));
        match (path.as_str(), how) {
            ("/dev/null", _) => return Ok(Target::Null),
            ("/dev/stdin", _) => return Ok(task.fds.first().cloned().unwrap_or(Target::Null)),
            ("/dev/stdout" | "/dev/stderr", _) if task.session != 1 => {
                return Ok(Target::Session(task.session, path == "/dev/stderr"));
            }
            ("/dev/stdout" | "/proc/1/fd/1", _) => return Ok(Target::Log(false)),
            ("/dev/stderr" | "/proc/1/fd/2", _) => return Ok(Target::Log(true)),
            _ => {}
        }
        match how {
            RedirectTo::Read(_) => {
                let text = self.files.read(&path).map_err(|why| format!("can't open {name}: {}", no_file(why)))?;
                Ok(Target::In(self.new_stream(text.to_string())))
            }
            _ => {
                let keeps = matches!(how, RedirectTo::Append(_) | RedirectTo::Both(_));
                let made = self.files.write(&path, "", keeps, self.now);
                made.map_err(|why| format!("can't create {name}: {}", nonexistent(why)))?;
                Ok(Target::File(path.into()))
            }
        }
    }
}

fn no_file(why: &'static str) -> &'static str {
    if why == "No such file or directory" { "no such file" } else { why }
}

fn nonexistent(why: &'static str) -> &'static str {
    if why == "No such file or directory" { "nonexistent directory" } else { why }
}

//! A container's log: what was printed as lines, and the part of them that a client asks for.
//!
//! Lines are as a runtime writes them (containerd `internal/cri/io/logger.go`): the instant of a line is that of its end, and
//! what has no end yet is no line until its process ends. What is chosen of them follows the kubelet
//! (`pkg/kubelet/kuberuntime/logs/logs.go`): first the last lines, then those since an instant, then the bytes.

use super::shell::machine::Printed;
use super::shell::raw;
use crate::clock::Time;

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it ended.
    pub time: Time,
    /// Whether it was printed to the standard error.
    pub error: bool,
    /// What it says, with its newline; the last line of a process may have none.
    pub text: String,
}

/// Makes lines of what is printed. The two outputs have lines of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    unfinished: [String; 2],
}

impl Lines {
    /// Adds what was printed; pushes the lines that it ends.
    pub fn add(&mut self, printed: &Printed, lines: &mut Vec<Line>) {
        let unfinished = &mut self.unfinished[usize::from(printed.error)];
        for piece in printed.text.split_inclusive('\n') {
            unfinished.push_str(piece);
            if piece.ends_with('\n') {
                let text = std::mem::take(unfinished);
                lines.push(Line { time: printed.time, error: printed.error, text });
            }
        }
    }

    /// The process has ended: pushes the lines that have no newline.
    pub fn end(&mut self, time: Time, lines: &mut Vec<Line>) {
        for (error, text) in [false, true].into_iter().zip(&mut self.unfinished) {
            if !text.is_empty() {
                lines.push(Line { time, error, text: std::mem::take(text) });
            }
        }
    }
}

/// All lines that were printed by a process that has ended at `ended`, or has not.
pub fn lines(log: &[Printed], ended: Option<Time>) -> Vec<Line> {
    let (mut making, mut lines) = (Lines::default(), Vec::new());
    log.iter().for_each(|it| making.add(it, &mut lines));
    if let Some(time) = ended {
        making.end(time, &mut lines);
    }
    lines
}

/// Which part of a log is asked for, and how it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only the last lines, so many.
    pub tail: Option<usize>,
    /// Only what is not older than that.
    pub since: Option<Time>,
    /// Only so many bytes.
    pub limit: Option<usize>,
    /// With the time in front of each line.
    pub timestamps: bool,
}

/// Reads a log from its beginning, or from where it was when it was last read.
#[derive(Clone, Debug)]
pub struct Reader {
    selection: Selection,
    lines: Lines,
    /// How many pieces were read.
    read: usize,
    /// How many bytes may still be told.
    left: usize,
    has_begun: bool,
    is_over: bool,
}

impl Reader {
    /// A reader of the part that `selection` says.
    pub fn new(selection: Selection) -> Self {
        let left = selection.limit.unwrap_or(usize::MAX);
        Reader { selection, lines: Lines::default(), read: 0, left, has_begun: false, is_over: false }
    }

    /// Whether there is nothing more to come: the process has ended, or enough was told.
    pub fn is_over(&self) -> bool {
        self.is_over || self.left == 0
    }

    /// What there is to tell since the last time. `log` is what was printed after the first `dropped` pieces; `ended` is
    /// when the process ended, if it has.
    pub fn read(&mut self, log: &[Printed], dropped: usize, ended: Option<Time>) -> Vec<u8> {
        let mut lines = Vec::new();
        let skip = self.read.saturating_sub(dropped);
        log.iter().skip(skip).for_each(|it| self.lines.add(it, &mut lines));
        self.read = dropped + log.len();
        if let Some(time) = ended {
            self.lines.end(time, &mut lines);
            self.is_over = true;
        }
        if !std::mem::replace(&mut self.has_begun, true)
            && let Some(tail) = self.selection.tail
        {
            lines.drain(..lines.len().saturating_sub(tail));
        }
        let mut out = Vec::new();
        for line in lines.iter().filter(|it| self.selection.since.is_none_or(|since| it.time >= since)) {
            if self.selection.timestamps {
                out.extend_from_slice(stamp(line.time).as_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(&raw::bytes(&line.text));
        }
        out.truncate(self.left);
        self.left -= out.len();
        out
    }
}

/// The time as a kubelet shows it: nine digits after the second, always (`RFC3339NanoFixed`).
fn stamp(time: Time) -> String {
    let seconds = time.rfc3339();
    let nanos = time.0.rem_euclid(1_000_000_000);
    format!("{}.{nanos:09}Z", seconds.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(second: i64, error: bool, text: &str) -> Printed {
        Printed { time: Time::from_unix(second), error, text: text.to_owned() }
    }

    fn log() -> Vec<Printed> {
        vec![
            printed(1, false, "a\nb"),
            printed(2, true, "warning\n"),
            printed(3, false, "b\nc\n"),
            printed(4, false, "unfinished"),
        ]
    }

    fn told(selection: Selection, ended: Option<i64>) -> String {
        let bytes = Reader::new(selection).read(&log(), 0, ended.map(Time::from_unix));
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_line_is_told_when_it_has_ended_or_its_process_has() {
        assert_eq!(told(Selection::default(), None), "a\nwarning\nbb\nc\n");
        assert_eq!(told(Selection::default(), Some(5)), "a\nwarning\nbb\nc\nunfinished");
        let times: Vec<_> = lines(&log(), Some(Time::from_unix(5))).iter().map(|it| it.time.unix()).collect();
        assert_eq!(times, [1, 2, 3, 3, 5]);
    }

    #[test]
    fn the_last_lines_are_taken_before_those_since_an_instant_and_the_bytes() {
        let since = |second| Some(Time::from_unix(second));
        for (selection, want) in [
            (Selection { tail: Some(2), ..Selection::default() }, "bb\nc\n"),
            (Selection { tail: Some(0), ..Selection::default() }, ""),
            (Selection { tail: Some(9), ..Selection::default() }, "a\nwarning\nbb\nc\n"),
            (Selection { since: since(2), ..Selection::default() }, "warning\nbb\nc\n"),
            (Selection { tail: Some(1), since: since(4), ..Selection::default() }, ""),
            (Selection { limit: Some(4), ..Selection::default() }, "a\nwa"),
            (
                Selection { tail: Some(1), timestamps: true, ..Selection::default() },
                "1970-01-01T00:00:03.000000000Z c\n",
            ),
            (Selection { timestamps: true, limit: Some(12), ..Selection::default() }, "1970-01-01T0"),
        ] {
            assert_eq!(told(selection.clone(), None), want, "{selection:?}");
        }
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let mut log = log();
        let mut reader = Reader::new(Selection { tail: Some(1), limit: Some(30), ..Selection::default() });
        assert_eq!(reader.read(&log, 0, None), b"c\n");
        assert_eq!(reader.read(&log, 0, None), b"");
        log.push(printed(7, false, " business\nd\n"));
        assert_eq!(reader.read(&log, 0, None), b"unfinished business\nd\n");
        // The older half of the log is gone.
        log.drain(..4);
        log.push(printed(8, true, "last words"));
        assert_eq!(reader.read(&log, 4, Some(Time::from_unix(9))), b"last w");
        assert!(reader.is_over());
    }
}

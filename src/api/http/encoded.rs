//! The bytes of recent watch events, which every watch that is shown the same sends.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::object::Str;

/// An event: the version it tells of, `ADDED`, `MODIFIED` or `DELETED`, the API version that the object is shown in, and
/// whether it is told in protobuf.
pub(super) type EventKey = (u64, &'static str, Str, bool);

/// The bytes that are kept at most. A thousand watches of a busy kind look at the last few events.
const MOST_BYTES: usize = 4 << 20;

/// The lines of events that were encoded last.
#[derive(Debug, Default)]
pub struct Encoded {
    lines: BTreeMap<EventKey, Bytes>,
    bytes: usize,
}

impl Encoded {
    /// The line of an event, if it is kept.
    pub(super) fn get(&self, key: &EventKey) -> Option<Bytes> {
        self.lines.get(key).cloned()
    }

    /// Keeps a line, and forgets those of the oldest versions when there are too many.
    pub(super) fn keep(&mut self, key: EventKey, line: Bytes) -> Bytes {
        self.bytes += line.len();
        if let Some(replaced) = self.lines.insert(key, line.clone()) {
            self.bytes -= replaced.len();
        }
        while self.bytes > MOST_BYTES {
            let Some((_, oldest)) = self.lines.pop_first() else {
                break;
            };
            self.bytes -= oldest.len();
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_are_forgotten_first() {
        let mut encoded = Encoded::default();
        let line = Bytes::from(vec![b'x'; MOST_BYTES / 2]);
        for version in [3, 1, 2] {
            encoded.keep((version, "ADDED", Str::from("v1"), false), line.clone());
        }
        let kept = |version| encoded.get(&(version, "ADDED", Str::from("v1"), false)).is_some();
        assert_eq!([1, 2, 3].map(kept), [false, true, true]);
    }
}

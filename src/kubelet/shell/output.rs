//! What processes print to one place: a container's log, or the output of what was executed in it.
//!
//! A copy of a machine that runs ahead goes on printing where its original is, and carries nothing of what was printed before:
//! running ahead costs what is yet to happen, however much has happened already.

use crate::clock::Time;

/// The bytes that an output keeps; like a kubelet's log, it then loses its older half.
const MOST: usize = 10 << 20;

/// Something that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// When.
    pub time: Time,
    /// Whether to the standard error.
    pub error: bool,
    /// What; lines end with a newline, and not all of it need be whole lines.
    pub text: String,
}

/// What was printed, piece by piece. Each piece has a number, which it keeps when those before it are lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    pieces: Vec<Printed>,
    dropped: usize,
    bytes: usize,
}

impl Output {
    /// Adds a piece.
    pub fn push(&mut self, printed: Printed) {
        self.bytes += printed.text.len();
        self.pieces.push(printed);
        if self.bytes > MOST {
            let half = self.pieces.len() / 2;
            self.dropped += half;
            self.bytes -= self.pieces.drain(..half).map(|it| it.text.len()).sum::<usize>();
        }
    }

    /// The pieces that are still there, in order.
    pub fn pieces(&self) -> &[Printed] {
        &self.pieces
    }

    /// The pieces after the first `count` ones, as far as they are still there.
    pub fn after(&self, count: usize) -> &[Printed] {
        &self.pieces[count.saturating_sub(self.dropped).min(self.pieces.len())..]
    }

    /// How many pieces are lost, which came before those that are there.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// How many pieces were printed, ever.
    pub fn total(&self) -> usize {
        self.dropped + self.pieces.len()
    }

    /// The bytes of what is held of it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// An output that goes on from here, and has nothing of what was printed until now.
    pub fn continued(&self) -> Output {
        Output { dropped: self.total(), ..Output::default() }
    }

    /// Loses every piece.
    pub fn forget(&mut self) {
        *self = self.continued();
    }

    /// Takes in what was printed to `later`, which goes on from somewhere in this output.
    pub fn catch_up(&mut self, later: Output) {
        if later.dropped > self.total() {
            *self = later;
            return;
        }
        let known = self.total() - later.dropped;
        later.pieces.into_iter().skip(known).for_each(|it| self.push(it));
    }

    /// All of the text.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|it| it.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Printed {
        Printed { time: Time::from_unix(0), error: false, text: text.to_owned() }
    }

    #[test]
    fn an_output_that_goes_on_elsewhere_is_caught_up_with_once() {
        let mut output = Output::default();
        output.push(printed("a"));
        let mut ahead = output.continued();
        ["b", "c"].iter().for_each(|it| ahead.push(printed(it)));
        output.push(printed("b"));
        output.catch_up(ahead);
        assert_eq!((output.text().as_str(), output.total()), ("abc", 3));
        let texts = |count| output.after(count).iter().map(|it| it.text.as_str()).collect::<String>();
        assert_eq!([0, 2, 3, 9].map(texts), ["abc", "c", "", ""]);
    }

    #[test]
    fn what_is_lost_still_counts() {
        let mut output = Output::default();
        let long = "x".repeat(MOST / 4);
        (0..5).for_each(|_| output.push(printed(&long)));
        assert_eq!((output.dropped(), output.total()), (2, 5));
        let mut ahead = output.continued();
        (0..5).for_each(|_| ahead.push(printed(&long)));
        output.catch_up(ahead);
        assert_eq!((output.dropped(), output.total()), (7, 10));
        output.forget();
        assert_eq!((output.dropped(), output.total(), output.pieces().len()), (10, 10, 0));
    }
}

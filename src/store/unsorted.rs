//! Objects that come and go far more often than they are listed, by which events are meant: in the order of their names only
//! when somebody asks for them.
//!
//! A workload tells several events for each change of its own, and an hour later each of them goes again. A tree of their
//! names would cost more than the rest of storing them.

use super::slots::Slot;

/// A set of slots. Putting one in and taking one out cost the same however many there are.
#[derive(Debug, Default)]
pub struct Unsorted {
    slots: Vec<Slot>,
    /// Where in `slots` each slot is that is there; what stands for another means nothing.
    places: Vec<u32>,
}

impl Unsorted {
    /// The slots, in no order that means anything.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Puts `slot` in, which is not there yet.
    pub fn insert(&mut self, slot: Slot) {
        let row = slot as usize;
        if self.places.len() <= row {
            self.places.resize(row + 1, 0);
        }
        self.places[row] = self.slots.len() as u32;
        self.slots.push(slot);
    }

    /// Takes `slot` out, which is there.
    pub fn remove(&mut self, slot: Slot) {
        let place = self.places[slot as usize] as usize;
        self.slots.swap_remove(place);
        if let Some(moved) = self.slots.get(place) {
            self.places[*moved as usize] = place as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_there_until_it_is_taken_out() {
        let mut set = Unsorted::default();
        let sorted = |set: &Unsorted| {
            let mut slots = set.slots().to_vec();
            slots.sort_unstable();
            slots
        };
        for slot in [7, 2, 9, 4] {
            set.insert(slot);
        }
        assert_eq!(sorted(&set), [2, 4, 7, 9]);
        set.remove(7);
        set.remove(4);
        assert_eq!(sorted(&set), [2, 9]);
        set.insert(7);
        set.remove(2);
        set.remove(9);
        assert_eq!(sorted(&set), [7]);
        set.remove(7);
        assert!(set.slots().is_empty());
    }
}

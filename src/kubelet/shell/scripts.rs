//! Scripts as they were read before: the pods of one template, and the probes of one container, run the same ones.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::script::{Node, Refused, parse};

/// How many scripts are remembered.
const KEPT: usize = 256;

/// The scripts that were read so far.
#[derive(Debug, Default)]
pub struct Scripts(RefCell<BTreeMap<String, Arc<Node>>>);

impl Scripts {
    /// Reads a script, or remembers it.
    ///
    /// # Errors
    /// What the shell refuses, with what is wrong or not interpreted.
    pub fn read(&self, text: &str) -> Result<Arc<Node>, Refused> {
        if let Some(known) = self.0.borrow().get(text) {
            return Ok(known.clone());
        }
        let node = parse(text)?;
        let mut known = self.0.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(text.to_owned(), node.clone());
        Ok(node)
    }
}

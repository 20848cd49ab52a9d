//! Scripts as they were read before: the pods of one template, and the probes of one container, run the same ones. Their
//! variables say mostly the same, too.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dialect::Dialect;
use super::script::{Node, Refused, parse};
use crate::object::Str;

/// How many scripts are remembered.
const KEPT: usize = 256;
/// How many texts are remembered, and how long one of them may be.
const KEPT_TEXTS: usize = 4096;
const LONGEST_TEXT: usize = 128;

/// The scripts that were read so far.
#[derive(Debug, Default)]
pub struct Scripts {
    read: RefCell<BTreeMap<Dialect, BTreeMap<String, Arc<Node>>>>,
    texts: RefCell<BTreeSet<Str>>,
}

impl Scripts {
    /// Reads a script, or remembers it.
    ///
    /// # Errors
    /// What the shell refuses, with what is wrong or not interpreted.
    pub fn read(&self, text: &str, dialect: Dialect) -> Result<Arc<Node>, Refused> {
        if let Some(known) = self.read.borrow().get(&dialect).and_then(|it| it.get(text)) {
            return Ok(known.clone());
        }
        let node = parse(text, dialect)?;
        let mut known = self.read.borrow_mut();
        let known = known.entry(dialect).or_default();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(text.to_owned(), node.clone());
        Ok(node)
    }

    /// `text`, as it is shared by everybody who has the same.
    pub fn text(&self, text: &str) -> Str {
        let known = self.texts.borrow().get(text).cloned();
        known.unwrap_or_else(|| self.shared(Str::from(text)))
    }

    /// `made`, or what is shared already by everybody who has the same.
    pub fn shared(&self, made: Str) -> Str {
        if let Some(known) = self.texts.borrow().get(&made) {
            return known.clone();
        }
        if made.len() <= LONGEST_TEXT {
            let mut known = self.texts.borrow_mut();
            if known.len() >= KEPT_TEXTS {
                known.clear();
            }
            known.insert(made.clone());
        }
        made
    }
}

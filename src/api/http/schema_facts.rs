//! How a strategic merge patch treats the fields of Go types: their `patchStrategy` and `patchMergeKey` tags.

use super::go_types::GoField;

/// How a strategic merge patch treats a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Merge {
    /// The key that elements of a list are matched by; lists without one are merged as sets or replaced.
    pub key: Option<&'static str>,
    /// `patchStrategy: merge`.
    pub merges: bool,
    /// `patchStrategy: retainKeys`.
    pub retains_keys: bool,
}

/// The patch tags of a struct's field.
pub(super) fn merge(field: &GoField) -> Merge {
    let strategies = field.patch_strategy.unwrap_or_default();
    let has = |wanted: &str| strategies.split(',').any(|it| it == wanted);
    Merge { key: field.patch_merge_key, merges: has("merge"), retains_keys: has("retainKeys") }
}

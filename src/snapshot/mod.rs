//! Objects and history as stable, reviewable text.

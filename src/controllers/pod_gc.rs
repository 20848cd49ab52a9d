//! Removes pods of nodes that are gone (`pkg/controller/podgc`).

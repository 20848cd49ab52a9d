//! The scheduler: filters, scores and binds, one pod at a time (`pkg/scheduler`).

//! Cascading deletion (`pkg/controller/garbagecollector`).

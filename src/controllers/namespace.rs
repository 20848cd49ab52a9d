//! Empties and removes namespaces that are being deleted (`pkg/controller/namespace`).

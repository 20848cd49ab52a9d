//! Deletes finished Jobs whose time to live is over (`pkg/controller/ttlafterfinished`).

//! The Job controller: pods that run to completion (`pkg/controller/job`).

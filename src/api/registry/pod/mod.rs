//! The rules of pods and pod templates (`pkg/apis/core/validation`, `pkg/registry/core/pod`).

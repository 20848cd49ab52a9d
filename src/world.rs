//! What one scenario knows while it runs.

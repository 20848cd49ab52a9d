//! Step definitions, one file for each noun.

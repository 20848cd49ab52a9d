//! Run records as text, JUnit and JSON.

//! What went wrong, as data that every reporter can show.

/// The class of a failure; it decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What was expected is not so.
    Expectation,
    /// The scenario itself is wrong: an unknown step, bad YAML, a label used twice.
    Scenario,
    /// A bound was reached before the cluster came to rest.
    NotSettled,
    /// An invariant of the engine is broken.
    Bug,
}

impl Class {
    /// The exit code of a run whose worst failure is of this class.
    pub fn exit_code(self) -> u8 {
        match self {
            Class::Expectation => 1,
            Class::Scenario => 2,
            Class::NotSettled => 3,
            Class::Bug => 101,
        }
    }

    /// How reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Class::Expectation => "expectation failed",
            Class::Scenario => "scenario wrong",
            Class::NotSettled => "not settled",
            Class::Bug => "engine bug",
        }
    }
}

/// A place in a text file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the project's root where it lies under it.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// Why a step or a file failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its class.
    pub class: Class,
    /// What was wrong, in one sentence; further lines give detail.
    pub message: String,
    /// What was expected, where that is a text of its own.
    pub expected: Option<String>,
    /// What there was instead.
    pub actual: Option<String>,
    /// Where, when that is not the step itself: a line of a manifest, a file that does not parse.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<String>,
    /// The last events, container exits and scheduler messages of the objects concerned.
    pub why: Vec<String>,
    /// The virtual time, as `T+40s`.
    pub time: Option<String>,
    /// The last lines of the timeline.
    pub tail: Vec<String>,
}

impl Failure {
    /// A failure of `class` with nothing but a message.
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Failure {
            class,
            message: message.into(),
            expected: None,
            actual: None,
            place: None,
            help: None,
            why: Vec::new(),
            time: None,
            tail: Vec::new(),
        }
    }

    /// What was expected is not so.
    pub fn expectation(message: impl Into<String>) -> Self {
        Self::new(Class::Expectation, message)
    }

    /// The scenario itself is wrong.
    pub fn scenario(message: impl Into<String>) -> Self {
        Self::new(Class::Scenario, message)
    }

    /// The same failure with what was expected and what there was.
    pub fn comparing(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.actual = Some(actual.into());
        self
    }

    /// The same failure with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same failure at another place than its step.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.class.name(), self.message)
    }
}

impl std::error::Error for Failure {}

//! What a table says of a column: its heading, its type, and when kubectl shows it.

use super::docs;
use crate::map;
use crate::object::{Map, Str};

/// A column of a built-in kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub name: &'static str,
    ty: &'static str,
    format: &'static str,
    /// 0 is always shown, 1 with `-o wide`.
    priority: i64,
    about: About,
}

/// Where the description of a column comes from.
#[derive(Clone, Copy, Debug)]
enum About {
    Text(&'static str),
    /// The documentation of a field: its struct, such as `core.v1.PodSpec`, and its name.
    Field(&'static str, &'static str),
}

/// The name of the object.
pub(super) const NAME: Column = Column { format: "name", ..field("Name", META, "name") };
/// The time since its creation.
pub(super) const AGE: Column = field("Age", META, "creationTimestamp");
/// The names of the containers of a template.
pub(super) const CONTAINERS: Column = text("Containers", "Names of each container in the template.");
/// The images of the containers of a template.
pub(super) const IMAGES: Column = text("Images", "Images referenced by each container in the template.");

/// The struct whose fields document what every object has.
pub(super) const META: &str = "meta.v1.ObjectMeta";

/// A column of text with a description of its own.
pub(super) const fn text(name: &'static str, about: &'static str) -> Column {
    Column { name, ty: "string", format: "", priority: 0, about: About::Text(about) }
}

/// A column of text that is described as the `field` of the struct `of`.
pub(super) const fn field(name: &'static str, of: &'static str, field: &'static str) -> Column {
    Column { name, ty: "string", format: "", priority: 0, about: About::Field(of, field) }
}

impl Column {
    pub(super) const fn integer(self) -> Self {
        Column { ty: "integer", ..self }
    }

    pub(super) const fn boolean(self) -> Self {
        Column { ty: "boolean", ..self }
    }

    pub(super) const fn date(self) -> Self {
        Column { ty: "date", ..self }
    }

    /// With the format of an object's name.
    pub(super) const fn as_name(self) -> Self {
        Column { format: "name", ..self }
    }

    /// Without a format.
    pub(super) const fn plain(self) -> Self {
        Column { format: "", ..self }
    }

    /// Shown with `-o wide` alone.
    pub(super) const fn wide(self) -> Self {
        Column { priority: 1, ..self }
    }

    pub(super) const fn is_wide(&self) -> bool {
        self.priority > 0
    }

    /// As the API shows it.
    pub(super) fn definition(&self) -> Map {
        definition(self.name, self.ty, self.format, self.description(), self.priority)
    }

    pub(super) fn description(&self) -> &'static str {
        match self.about {
            About::Text(text) => text,
            About::Field(of, field) => docs::description(of, field),
        }
    }
}

/// A `TableColumnDefinition`.
pub(super) fn definition(name: &str, ty: &str, format: &str, description: &str, priority: i64) -> Map {
    map! {
        "name" => Str::from(name),
        "type" => Str::from(ty),
        "format" => Str::from(format),
        "description" => Str::from(description),
        "priority" => priority,
    }
}

//! The types of expressions, and those that schemas come to (cel-go `common/types`, apiserver `pkg/cel/common/schemas.go`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::api::custom::cel::document::escaped;
use crate::api::custom::schema::Schema;

/// A type.
#[derive(Clone, Debug)]
pub enum Type {
    /// Anything: what it is shows when the expression runs.
    Dyn,
    /// A type without parts, by its name.
    Simple(&'static str),
    /// `list(A)`.
    List(Box<Type>),
    /// `map(A, B)`.
    Map(Box<Type>, Box<Type>),
    /// `optional_type(A)`.
    Optional(Box<Type>),
    /// `type(A)`.
    Metatype(Box<Type>),
    /// An object with the fields of a schema.
    Object(Arc<ObjectType>),
    /// A type that is not known yet.
    Param(usize),
}

/// The fields of an object.
#[derive(Debug)]
pub struct ObjectType {
    /// The name that errors give it.
    pub name: String,
    /// The fields, under the names that expressions write.
    pub fields: BTreeMap<String, Type>,
}

/// `bool`.
pub const BOOL: Type = Type::Simple("bool");
/// `int`.
pub const INT: Type = Type::Simple("int");
/// `string`.
pub const STRING: Type = Type::Simple("string");
/// `null`.
pub const NULL: Type = Type::Simple("null");

impl Type {
    /// Whether it is the type without parts that `other` is.
    pub fn is(&self, other: &Type) -> bool {
        matches!((self, other), (Type::Simple(a), Type::Simple(b)) if a == b)
    }

    /// Whether null may stand for a value of it.
    pub fn is_nullable(&self) -> bool {
        match self {
            Type::Object(_) | Type::Optional(_) => true,
            Type::Simple(name) => matches!(*name, "null" | "timestamp" | "duration") || name.contains('.'),
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Dyn => f.write_str("dyn"),
            Type::Simple(name) => f.write_str(name),
            Type::List(of) => write!(f, "list({of})"),
            Type::Map(key, of) => write!(f, "map({key}, {of})"),
            Type::Optional(of) => write!(f, "optional_type({of})"),
            Type::Metatype(of) => write!(f, "type({of})"),
            Type::Object(of) => f.write_str(&of.name),
            Type::Param(number) => write!(f, "_var{number}"),
        }
    }
}

/// The type of `self` where `schema` applies; `None` for what expressions do not see.
pub fn of_self(schema: &Schema, is_resource: bool) -> Option<Type> {
    of_schema(schema, is_resource, "selfType1")
}

fn of_schema(schema: &Schema, is_resource: bool, name: &str) -> Option<Type> {
    if schema.int_or_string {
        return Some(Type::Dyn);
    }
    let below = |of: &Schema, name: &str| of_schema(of, of.embedded_resource, name);
    match schema.ty.as_str() {
        _ if is_resource => Some(object(schema, true, name)),
        "array" => Some(Type::List(Box::new(below(schema.items.as_deref()?, &format!("{name}.@idx"))?))),
        "object" => match schema.additional_schema() {
            Some(of) => Some(Type::Map(Box::new(STRING), Box::new(below(of, &format!("{name}.@elem"))?))),
            None => Some(object(schema, false, name)),
        },
        "string" => Some(Type::Simple(match schema.format.as_str() {
            "byte" => "bytes",
            "duration" => "duration",
            "date" | "date-time" => "timestamp",
            _ => "string",
        })),
        "boolean" => Some(BOOL),
        "number" => Some(Type::Simple("double")),
        "integer" => Some(INT),
        _ => None,
    }
}

fn object(schema: &Schema, is_resource: bool, name: &str) -> Type {
    let mut fields = BTreeMap::new();
    for (key, of) in &schema.properties {
        let Some(key) = escaped(key) else {
            continue;
        };
        if let Some(of) = of_schema(of, of.embedded_resource, &format!("{name}.{key}")) {
            fields.insert(key, of);
        }
    }
    if is_resource {
        let names = ["name", "generateName"].map(|key| (key.to_owned(), STRING));
        let metadata = ObjectType { name: format!("{name}.metadata"), fields: BTreeMap::from(names) };
        fields.insert("apiVersion".to_owned(), STRING);
        fields.insert("kind".to_owned(), STRING);
        fields.insert("metadata".to_owned(), Type::Object(Arc::new(metadata)));
    }
    Type::Object(Arc::new(ObjectType { name: name.to_owned(), fields }))
}

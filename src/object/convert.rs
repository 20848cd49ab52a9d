//! What becomes a [`Value`] by itself: booleans, numbers, texts, maps, lists, and nothing at all.

use std::sync::Arc;

use super::{Map, Str, Value};

macro_rules! value_from {
    ($($from:ty => |$it:ident| $make:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self {
                $make
            }
        }
    )*};
}

value_from! {
    bool => |it| Value::Bool(it),
    i64 => |it| Value::Int(it),
    i32 => |it| Value::Int(i64::from(it)),
    u16 => |it| Value::Int(i64::from(it)),
    u32 => |it| Value::Int(i64::from(it)),
    f64 => |it| Value::Float(it),
    Str => |it| Value::Str(it),
    &Str => |it| Value::Str(it.clone()),
    &str => |it| Value::Str(Str::from(it)),
    String => |it| Value::Str(Str::from(it)),
    Map => |it| Value::Map(it),
    &Map => |it| Value::Map(it.clone()),
    &Value => |it| it.clone(),
    Vec<Value> => |it| Value::List(Arc::new(it)),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Value::Null, Into::into)
    }
}

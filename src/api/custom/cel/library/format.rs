//! Named formats: `format.dns1123Label().validate(...)` (apiserver `pkg/cel/library/format.go`).

use cel::common::types::{CelList, CelOptional, CelString, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env};

use super::opaque::{opaque, text};
use super::{Answer, no_overload};
use crate::api::custom::format::is_valid;
use crate::api::custom::names::dns1035_label;
use crate::api::registry::syntax;

#[derive(Clone, Debug, PartialEq)]
struct Format(String);

opaque!(Format, FORMAT, "kubernetes.NamedFormat");

const NAMES: [&str; 13] = [
    "byte",
    "date",
    "datetime",
    "dns1035Label",
    "dns1035LabelPrefix",
    "dns1123Label",
    "dns1123LabelPrefix",
    "dns1123Subdomain",
    "dns1123SubdomainPrefix",
    "labelValue",
    "qualifiedName",
    "uri",
    "uuid",
];

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_type(FORMAT.to_owned())?;
    env.add_overload("format.named", "format.named(string)", vec![STRING_TYPE], |args| {
        let name = text(&args, 0)?;
        let known = NAMES.contains(&name).then(|| Box::new(Format(name.to_owned())) as Box<dyn Val>);
        Ok(CowVal::owned(known.map_or_else(CelOptional::none, CelOptional::of)))
    })?;
    macro_rules! named {
        ($($name:literal),*) => {$(
            env.add_overload(concat!("format.", $name), concat!("format.", $name, "()"), vec![], |_| {
                Ok(CowVal::owned(Format($name.to_owned())))
            })?;
        )*};
    }
    named!(
        "byte",
        "date",
        "datetime",
        "dns1035Label",
        "dns1035LabelPrefix",
        "dns1123Label",
        "dns1123LabelPrefix",
        "dns1123Subdomain",
        "dns1123SubdomainPrefix",
        "labelValue",
        "qualifiedName",
        "uri",
        "uuid"
    );
    env.add_member_overload("validate", "format.validate(string)", FORMAT.to_owned(), vec![STRING_TYPE], validate)
}

fn validate<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let format = args.first().and_then(|it| it.downcast_ref::<Format>()).ok_or_else(no_overload)?;
    let wrong = wrong(&format.0, text(&args, 1)?);
    if wrong.is_empty() {
        return Ok(CowVal::owned(CelOptional::none()));
    }
    let wrong: Vec<Box<dyn Val>> = wrong.into_iter().map(|it| Box::new(CelString::from(it)) as Box<dyn Val>).collect();
    Ok(CowVal::owned(CelOptional::of(Box::new(CelList::from(wrong)))))
}

fn wrong(format: &str, text: &str) -> Vec<String> {
    let as_prefix = || syntax::as_prefix(text);
    let one = |is_good: bool, why: &str| if is_good { Vec::new() } else { vec![why.to_owned()] };
    match format {
        "dns1123Label" => syntax::dns_label(text),
        "dns1123LabelPrefix" => syntax::dns_label(&as_prefix()),
        "dns1123Subdomain" => syntax::dns_subdomain(text),
        "dns1123SubdomainPrefix" => syntax::dns_subdomain(&as_prefix()),
        "dns1035Label" => dns1035_label(text),
        "dns1035LabelPrefix" => dns1035_label(&as_prefix()),
        "qualifiedName" => syntax::qualified_name(text),
        "labelValue" => syntax::label_value(text),
        "uri" => one(is_valid("uri", text), "invalid URL"),
        "uuid" => one(is_valid("uuid", text), "does not match the UUID format"),
        "byte" => one(is_valid("byte", text), "invalid base64"),
        "date" => one(is_valid("date", text), "invalid date"),
        _ => one(is_valid("datetime", text), "invalid datetime"),
    }
}

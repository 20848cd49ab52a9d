//! URLs: `url`, `isURL` and the parts of one (apiserver `pkg/cel/library/urls.go`).

use cel::common::types::{CelBool, CelList, CelString, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

use super::opaque::{failed, opaque, text};
use super::{Answer, no_overload};
use crate::api::custom::cel::document::record;

#[derive(Clone, Debug, PartialEq)]
struct Url {
    scheme: String,
    host: String,
    path: String,
    query: String,
}

opaque!(Url, URL, "kubernetes.URL");

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_type(URL.to_owned())?;
    let url = || URL.to_owned();
    env.add_overload("url", "url(string)", vec![STRING_TYPE], |args| {
        let given = text(&args, 0)?;
        let wrong = || {
            failed(format!("URL parse error during conversion from string: parse {given:?}: invalid URI for request"))
        };
        parse(given).map(CowVal::owned).ok_or_else(wrong)
    })?;
    env.add_overload("isURL", "isURL(string)", vec![STRING_TYPE], |args| {
        Ok(CowVal::owned(CelBool::from(parse(text(&args, 0)?).is_some())))
    })?;
    env.add_member_overload("getScheme", "url.getScheme()", url(), vec![], |args| string(&of(&args)?.scheme))?;
    env.add_member_overload("getHost", "url.getHost()", url(), vec![], |args| string(&of(&args)?.host))?;
    env.add_member_overload("getHostname", "url.getHostname()", url(), vec![], |args| {
        string(host_and_port(&of(&args)?.host).0)
    })?;
    env.add_member_overload("getPort", "url.getPort()", url(), vec![], |args| {
        string(host_and_port(&of(&args)?.host).1)
    })?;
    env.add_member_overload("getEscapedPath", "url.getEscapedPath()", url(), vec![], |args| string(&of(&args)?.path))?;
    env.add_member_overload("getQuery", "url.getQuery()", url(), vec![], |args| Ok(query(&of(&args)?.query)))
}

/// Takes apart what is a URL of a request: a path, or a scheme with what follows it.
fn parse(text: &str) -> Option<Url> {
    if text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ') {
        return None;
    }
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => (scheme, rest),
        _ if text.starts_with('/') => {
            return Some(Url {
                scheme: String::new(),
                host: String::new(),
                path: text.to_owned(),
                query: query.to_owned(),
            });
        }
        _ => return None,
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme {
        return None;
    }
    let (host, path) = rest.find('/').map_or((rest, ""), |i| rest.split_at(i));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let port = host_and_port(host).1;
    port.bytes().all(|it| it.is_ascii_digit()).then(|| Url {
        scheme: scheme.to_lowercase(),
        host: host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
    })
}

fn host_and_port(host: &str) -> (&str, &str) {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']').unwrap_or((rest, ""));
        return (address, port.strip_prefix(':').unwrap_or(port));
    }
    host.rsplit_once(':').unwrap_or((host, ""))
}

/// The values of each key, in their order.
fn query<'b, 'v>(text: &str) -> CowVal<'b, 'v> {
    let mut keys: Vec<(String, Vec<Box<dyn Val>>)> = Vec::new();
    for pair in text.split('&').filter(|it| !it.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (unescaped(key), Box::new(CelString::from(unescaped(value))) as Box<dyn Val>);
        match keys.iter_mut().find(|(name, _)| *name == key) {
            Some((_, values)) => values.push(value),
            None => keys.push((key, vec![value])),
        }
    }
    let entry = |(key, values): (String, Vec<Box<dyn Val>>)| {
        (CelString::from(key), Box::new(CelList::from(values)) as Box<dyn Val>)
    };
    CowVal::Owned(record(keys.into_iter().map(entry).collect()))
}

fn unescaped(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |i: usize| tail.get(i).and_then(|it| char::from(*it).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn of(args: &[CowVal<'_, '_>]) -> Result<Url, ExecutionError> {
    args.first().and_then(|it| it.downcast_ref::<Url>()).cloned().ok_or_else(no_overload)
}

fn string<'b, 'v>(text: &str) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelString::from(text.to_owned())))
}

//! Which functions there are, and of which types: the standard library (cel-go `common/stdlib/standard.go`), cel-go's
//! extensions and those of Kubernetes (apiserver `pkg/cel/environment/base.go`, `pkg/cel/library`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::types::Type;

/// One way to call a function.
#[derive(Clone, Debug)]
pub struct Overload {
    /// Whether it is called on its first argument.
    pub is_member: bool,
    /// The types of the arguments.
    pub params: Vec<Type>,
    /// The type of what it comes to.
    pub result: Type,
}

/// Every function with its overloads.
pub static FUNCTIONS: LazyLock<BTreeMap<&'static str, Vec<Overload>>> = LazyLock::new(|| {
    let mut functions: BTreeMap<&'static str, Vec<Overload>> = BTreeMap::new();
    for (names, signatures) in TABLE {
        for name in names.split(' ') {
            let overloads = signatures.split(';').filter_map(|it| overload(it.trim()));
            functions.entry(name).or_default().extend(overloads);
        }
    }
    functions
});

/// Reads `string.(int) bool`, or `(string, int) bool` of a function that is called on nothing.
fn overload(text: &'static str) -> Option<Overload> {
    let at = if text.starts_with('(') { 0 } else { text.find(".(")? };
    let (target, rest) = text.split_at(at);
    let is_member = !target.is_empty();
    let (arguments, result) = split_brackets(rest.trim_start_matches('.'))?;
    let mut params: Vec<Type> = if is_member { vec![ty(target)] } else { Vec::new() };
    params.extend(parts(arguments).into_iter().map(ty));
    Some(Overload { is_member, params, result: ty(result.trim()) })
}

/// What is in the brackets that `text` begins with, and what follows them.
fn split_brackets(text: &'static str) -> Option<(&'static str, &'static str)> {
    let mut depth = 0_usize;
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[1..i], &text[i + 1..]));
        }
    }
    None
}

/// The parts between the commas outside of brackets.
fn parts(text: &'static str) -> Vec<&'static str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    if !text.trim().is_empty() {
        parts.push(text[start..].trim());
    }
    parts
}

fn ty(text: &'static str) -> Type {
    let inner = |prefix: &str| text.strip_prefix(prefix).and_then(|it| it.strip_suffix(')'));
    let boxed = |text: &'static str| Box::new(ty(text));
    if let Some(of) = inner("list(") {
        return Type::List(boxed(of));
    }
    if let Some(of) = inner("optional_type(") {
        return Type::Optional(boxed(of));
    }
    if let Some(of) = inner("type(") {
        return Type::Metatype(boxed(of));
    }
    if let Some([key, of]) = inner("map(").map(parts).as_deref() {
        return Type::Map(boxed(key), boxed(of));
    }
    match text {
        "dyn" => Type::Dyn,
        "A" => Type::Param(0),
        "B" => Type::Param(1),
        name => Type::Simple(name),
    }
}

const ORDER: &str = "(bool, bool) bool; (int, int) bool; (int, double) bool; (int, uint) bool; (uint, uint) bool; (uint, double) bool; \
    (uint, int) bool; (double, double) bool; (double, int) bool; (double, uint) bool; (string, string) bool; (bytes, bytes) bool; \
    (timestamp, timestamp) bool; (duration, duration) bool";
const NUMBERS: &str = "(int, int) int; (uint, uint) uint; (double, double) double";
const OF_TIME: &str = "timestamp.() int; timestamp.(string) int";
const LEAST: &str = "list(int).() int; list(uint).() uint; list(double).() double; list(bool).() bool; list(duration).() duration; \
    list(timestamp).() timestamp; list(string).() string; list(bytes).() bytes";

const TABLE: [(&str, &str); 87] = [
    ("_?_:_", "(bool, A, A) A"),
    ("!_ @not_strictly_false", "(bool) bool"),
    ("_==_ _!=_", "(A, A) bool"),
    ("_<_ _<=_ _>_ _>=_", ORDER),
    (
        "_+_",
        "(int, int) int; (uint, uint) uint; (double, double) double; (string, string) string; (bytes, bytes) bytes; (list(A), list(A)) list(A); \
         (duration, duration) duration; (duration, timestamp) timestamp; (timestamp, duration) timestamp",
    ),
    (
        "_-_",
        "(int, int) int; (uint, uint) uint; (double, double) double; (duration, duration) duration; (timestamp, duration) timestamp; \
         (timestamp, timestamp) duration",
    ),
    ("_*_ _/_", NUMBERS),
    ("_%_", "(int, int) int; (uint, uint) uint"),
    ("-_", "(int) int; (double) double"),
    (
        "_[_]",
        "(list(A), int) A; (map(A, B), A) B; (optional_type(list(A)), int) optional_type(A); \
         (optional_type(map(A, B)), A) optional_type(B)",
    ),
    (
        "_[?_]",
        "(list(A), int) optional_type(A); (map(A, B), A) optional_type(B); (optional_type(list(A)), int) optional_type(A); \
         (optional_type(map(A, B)), A) optional_type(B)",
    ),
    ("@in", "(A, list(A)) bool; (A, map(A, B)) bool"),
    (
        "size",
        "(string) int; (bytes) int; (list(A)) int; (map(A, B)) int; string.() int; bytes.() int; list(A).() int; map(A, B).() int",
    ),
    ("type", "(A) type(A)"),
    ("dyn", "(A) dyn"),
    ("bool", "(bool) bool; (string) bool"),
    ("bytes", "(bytes) bytes; (string) bytes"),
    ("double", "(double) double; (int) double; (uint) double; (string) double"),
    ("duration", "(duration) duration; (string) duration; (int) duration"),
    ("int", "(int) int; (uint) int; (double) int; (string) int; (duration) int; (timestamp) int"),
    ("uint", "(uint) uint; (int) uint; (double) uint; (string) uint"),
    (
        "string",
        "(string) string; (bool) string; (bytes) string; (double) string; (duration) string; (int) string; (timestamp) string; \
         (uint) string; (net.IP) string; (net.CIDR) string",
    ),
    ("timestamp", "(timestamp) timestamp; (string) timestamp; (int) timestamp"),
    ("contains endsWith startsWith", "string.(string) bool"),
    ("matches", "string.(string) bool; (string, string) bool"),
    ("getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek", OF_TIME),
    ("getHours getMinutes getSeconds getMilliseconds", "timestamp.() int; timestamp.(string) int; duration.() int"),
    ("charAt", "string.(int) string"),
    ("indexOf lastIndexOf", "string.(string) int; string.(string, int) int; list(A).(A) int"),
    ("lowerAscii upperAscii trim", "string.() string"),
    ("reverse", "string.() string; list(A).() list(A)"),
    ("replace", "string.(string, string) string; string.(string, string, int) string"),
    ("split", "string.(string) list(string); string.(string, int) list(string)"),
    ("substring", "string.(int) string; string.(int, int) string"),
    ("join", "list(string).() string; list(string).(string) string"),
    ("format", "string.(list(dyn)) string"),
    ("strings.quote", "(string) string"),
    ("base64.encode", "(bytes) string"),
    ("base64.decode", "(string) bytes"),
    ("sets.contains sets.equivalent sets.intersects", "(list(A), list(A)) bool"),
    (
        "isSorted",
        "list(int).() bool; list(uint).() bool; list(double).() bool; list(bool).() bool; list(duration).() bool; \
                  list(timestamp).() bool; list(string).() bool; list(bytes).() bool",
    ),
    ("sum", "list(int).() int; list(uint).() uint; list(double).() double; list(duration).() duration"),
    ("min max", LEAST),
    ("slice", "list(A).(int, int) list(A)"),
    ("flatten", "list(list(A)).() list(A); list(dyn).(int) list(dyn)"),
    ("lists.range", "(int) list(int)"),
    ("distinct", "list(A).() list(A)"),
    ("sort", "list(A).() list(A)"),
    ("@sortByAssociatedKeys", "list(A).(list(B)) list(A)"),
    ("first last", "list(A).() optional_type(A)"),
    ("find", "string.(string) string"),
    ("findAll", "string.(string) list(string); string.(string, int) list(string)"),
    ("url", "(string) kubernetes.URL"),
    ("isURL isQuantity isIP isCIDR ip.isCanonical", "(string) bool"),
    ("getScheme getHost getHostname getPort getEscapedPath", "kubernetes.URL.() string"),
    ("getQuery", "kubernetes.URL.() map(string, list(string))"),
    ("quantity", "(string) kubernetes.Quantity"),
    ("sign", "kubernetes.Quantity.() int"),
    (
        "isLessThan isGreaterThan",
        "kubernetes.Quantity.(kubernetes.Quantity) bool; kubernetes.Semver.(kubernetes.Semver) bool",
    ),
    ("compareTo", "kubernetes.Quantity.(kubernetes.Quantity) int; kubernetes.Semver.(kubernetes.Semver) int"),
    ("asApproximateFloat", "kubernetes.Quantity.() double"),
    ("asInteger", "kubernetes.Quantity.() int"),
    ("isInteger", "kubernetes.Quantity.() bool"),
    (
        "add sub",
        "kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity; kubernetes.Quantity.(int) kubernetes.Quantity",
    ),
    ("ip", "(string) net.IP; net.CIDR.() net.IP"),
    ("family", "net.IP.() int"),
    ("isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast", "net.IP.() bool"),
    ("cidr", "(string) net.CIDR"),
    ("containsIP", "net.CIDR.(string) bool; net.CIDR.(net.IP) bool"),
    ("containsCIDR", "net.CIDR.(string) bool; net.CIDR.(net.CIDR) bool"),
    ("prefixLength", "net.CIDR.() int"),
    ("masked", "net.CIDR.() net.CIDR"),
    ("format.named", "(string) optional_type(kubernetes.NamedFormat)"),
    (
        "format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName format.dns1123LabelPrefix \
         format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri format.uuid format.byte format.date \
         format.datetime",
        "() kubernetes.NamedFormat",
    ),
    ("validate", "kubernetes.NamedFormat.(string) optional_type(list(string))"),
    ("semver", "(string) kubernetes.Semver; (string, bool) kubernetes.Semver"),
    ("isSemver", "(string) bool; (string, bool) bool"),
    ("major minor patch", "kubernetes.Semver.() int"),
    ("optional.of optional.ofNonZeroValue", "(A) optional_type(A)"),
    ("optional.none", "() optional_type(A)"),
    ("hasValue", "optional_type(A).() bool"),
    ("value", "optional_type(A).() A"),
    ("or", "optional_type(A).(optional_type(A)) optional_type(A)"),
    ("orValue", "optional_type(A).(A) A"),
    ("optional.unwrap", "(list(optional_type(A))) list(A)"),
    ("unwrapOpt", "list(optional_type(A)).() list(A)"),
    ("cel.@mapInsert", "(map(A, B), map(A, B)) map(A, B); (map(A, B), A, B) map(A, B)"),
];

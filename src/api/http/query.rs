//! Query parameters and their decoding, with the texts of Go's `strconv` for what cannot be read.

use crate::api::Status;

/// Decodes percent escapes; `plus` also makes blanks of plus signs, as in a query.
pub(super) fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[i], hex(i + 1), hex(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                i += 2;
            }
            (b'+', ..) if plus => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The parameters of a query, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key, true), decode(value, true))
        });
        Params(pairs.collect())
    }

    /// The first value of `key`, or `None` when it is absent.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// The first value of `key`, or empty.
    pub(super) fn text(&self, key: &str) -> &str {
        self.get(key).unwrap_or_default()
    }

    /// Every value of `key`.
    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// A flag: absent, `false` and `0` are false, anything else is true (`Convert_Slice_string_To_bool`).
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.get(key).map(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0"))
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Result<Option<i64>, Status> {
        match self.get(key) {
            None | Some("") => Ok(None),
            Some(value) => value.parse().map(Some).map_err(|_| Status::bad_request(go_parse_error("ParseInt", value))),
        }
    }
}

/// What Go says of a number that it cannot parse.
pub(super) fn go_parse_error(function: &str, text: &str) -> String {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let why = if numeric && (function == "ParseInt" || !text.starts_with(['-', '+'])) {
        "value out of range"
    } else {
        "invalid syntax"
    };
    format!("strconv.{function}: parsing {text:?}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_as_a_form() {
        let params = Params::parse("labelSelector=t%3Dx%2Cenv+in+(a)&watch=1&limit=5&dryRun=All&dryRun=None&pretty");
        assert_eq!(params.text("labelSelector"), "t=x,env in (a)");
        assert_eq!(params.flag("watch"), Some(true));
        assert_eq!(params.flag("pretty"), Some(true));
        assert_eq!(params.flag("sendInitialEvents"), None);
        assert_eq!(params.all("dryRun").collect::<Vec<_>>(), ["All", "None"]);
        assert_eq!(params.number("limit").ok().flatten(), Some(5));
    }

    #[test]
    fn what_is_no_number_is_told_in_go_s_words() {
        assert_eq!(go_parse_error("ParseUint", "abc"), "strconv.ParseUint: parsing \"abc\": invalid syntax");
        assert_eq!(go_parse_error("ParseUint", "-1"), "strconv.ParseUint: parsing \"-1\": invalid syntax");
        let long = "99999999999999999999";
        assert_eq!(go_parse_error("ParseInt", long), format!("strconv.ParseInt: parsing {long:?}: value out of range"));
    }
}

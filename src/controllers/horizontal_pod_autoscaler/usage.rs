//! What pods use, as a scenario scripts it: an annotation on the autoscaler for each resource.
//!
//! `usage.seatrial.dev/cpu: 80%` says that every pod uses four fifths of what it requests, `300m` that it uses that much, and
//! `2 in all` that the pods share a load of two processors.

use crate::object::{Object, Quantity, Str};

const PREFIX: &str = "usage.seatrial.dev/";

/// The annotation for `resource`.
pub fn annotation(resource: &str) -> Str {
    Str::from(format!("{PREFIX}{resource}"))
}

/// How much of a resource pods use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Usage {
    /// Each uses so many percent of what it requests.
    Percent(i64),
    /// Each uses so many thousandths.
    Each(i64),
    /// They use so many thousandths together.
    InAll(i64),
}

impl Usage {
    /// What `scaler` says of `resource`, if it says anything that can be read.
    pub fn of(scaler: &Object, resource: &str) -> Option<Self> {
        let text = scaler.meta.annotation(&annotation(resource))?;
        if let Some(percent) = text.strip_suffix('%') {
            return percent.trim().parse().ok().map(Usage::Percent);
        }
        let millis = |text: &str| Quantity::parse(text.trim()).ok().map(Quantity::milli_value);
        match text.strip_suffix("in all") {
            Some(text) => millis(text).map(Usage::InAll),
            None => millis(text).map(Usage::Each),
        }
    }

    /// What one of `pods` pods uses that requests `request`, in thousandths.
    pub fn of_pod(self, request: i64, pods: i64) -> i64 {
        match self {
            Usage::Percent(percent) => request * percent / 100,
            Usage::Each(millis) => millis,
            Usage::InAll(millis) => millis / pods.max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_load_is_a_share_of_the_request_an_amount_for_each_or_one_for_all() {
        let table = [
            ("80%", Some(Usage::Percent(80))),
            ("300m", Some(Usage::Each(300))),
            ("2 in all", Some(Usage::InAll(2000))),
            ("much", None),
        ];
        for (text, want) in table {
            let mut scaler = Object::new(kinds::HORIZONTAL_POD_AUTOSCALER, "default", "web");
            scaler.meta.set_annotation(annotation("cpu"), text);
            assert_eq!((Usage::of(&scaler, "cpu"), Usage::of(&scaler, "memory")), (want, None), "{text}");
        }
        assert_eq!(Usage::InAll(2000).of_pod(100, 4), 500);
        assert_eq!(Usage::Percent(80).of_pod(250, 4), 200);
    }
}

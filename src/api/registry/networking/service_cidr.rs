//! The rules of ServiceCIDRs.

use crate::api::field::{At, ErrorList};
use crate::api::registry::Strategy;
use crate::api::registry::addresses::{Cidr, canonical_cidr};
use crate::api::registry::metadata::IMMUTABLE;
use crate::map;
use crate::object::{Object, Value};

/// The rules of ServiceCIDRs.
pub static SERVICE_CIDR: Strategy = Strategy {
    prepare_create: |range| {
        range.body.remove("status");
    },
    validate: cidr_errors,
    validate_update,
    ..Strategy::PLAIN
};

fn cidr_errors(range: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (blocks, at) = (&range.spec()["cidrs"], At::new("spec"));
    let at = at.child("cidrs");
    let items = blocks.items();
    if items.is_empty() {
        errors.required(&at, "at least one CIDR required");
        return errors;
    }
    if items.len() > 2 {
        errors.invalid(&at, map! { "CIDRs" => blocks }, "may only hold up to 2 values");
        return errors;
    }
    for (i, block) in items.iter().enumerate() {
        for wrong in canonical_cidr(block.str_or_empty()) {
            errors.invalid(&at.index(i), block, wrong);
        }
    }
    let families: Vec<_> =
        items.iter().filter_map(|it| Cidr::parse(it.str_or_empty())).map(|it| it.is_ipv6()).collect();
    if let [first, second] = families.as_slice()
        && first == second
    {
        let detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        errors.invalid(&at, blocks, detail);
    }
    errors
}

fn validate_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (blocks, at) = (&new.spec()["cidrs"], At::new("spec"));
    let at = at.child("cidrs");
    let (items, before) = (blocks.items(), old.spec()["cidrs"].items());
    let changed = |i: usize| items.get(i).unwrap_or(Value::null()) != before.get(i).unwrap_or(Value::null());
    if items.len() == before.len() {
        for i in (0..items.len()).filter(|i| changed(*i)) {
            errors.invalid(&at.index(i), &items[i], IMMUTABLE);
        }
    } else if before.len() == 1 && items.len() == 2 {
        if changed(0) {
            errors.invalid(&at.index(0), &items[0], IMMUTABLE);
        }
        errors.extend(cidr_errors(new));
    } else {
        errors.invalid(&at, blocks, IMMUTABLE);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_range_has_one_block_for_each_family_and_gains_its_second_later() {
        let range = |blocks: &[&str]| {
            let mut range = Object::new(kinds::SERVICE_CIDR, "", "more");
            range.spec_mut().set("cidrs", Value::list(blocks.iter().copied()));
            range
        };
        let one = range(&["10.1.0.0/16"]);
        assert!(cidr_errors(&one).is_empty());
        assert!(validate_update(&range(&["10.1.0.0/16", "2001:db8::/64"]), &one).is_empty());
        let want = "spec.cidrs[0]: Invalid value: \"10.2.0.0/16\": field is immutable";
        assert_eq!(validate_update(&range(&["10.2.0.0/16"]), &one).to_string(), want);
        let both = cidr_errors(&range(&["10.1.0.0/16", "10.2.0.0/16"])).to_string();
        assert!(both.contains("no more than one IP for each IP family"), "{both}");
    }
}

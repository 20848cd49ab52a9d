//! Quantities such as `1Gi` (apiserver `pkg/cel/library/quantity.go`).

use std::cmp::Ordering;

use cel::common::types::{CelBool, CelDouble, CelInt, INT_TYPE, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError};

use super::opaque::{failed, number, opaque, text};
use super::{Answer, no_overload};
use crate::object::Quantity;

#[derive(Clone, Debug, PartialEq)]
struct Amount(Quantity);

opaque!(Amount, AMOUNT, "kubernetes.Quantity");

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_type(AMOUNT.to_owned())?;
    let (amount, string) = (|| AMOUNT.to_owned(), || vec![STRING_TYPE]);
    env.add_overload("quantity", "quantity(string)", string(), |args| {
        let parsed = Quantity::parse(text(&args, 0)?).map_err(|why| failed(why.to_string()))?;
        Ok(CowVal::owned(Amount(parsed)))
    })?;
    env.add_overload("isQuantity", "isQuantity(string)", string(), |args| {
        answer(Quantity::parse(text(&args, 0)?).is_ok())
    })?;
    env.add_member_overload("sign", "quantity.sign()", amount(), vec![], |args| {
        let it = of(&args, 0)?;
        let sign = if it.is_negative() { -1 } else { i64::from(!it.is_zero()) };
        Ok(CowVal::owned(CelInt::from(sign)))
    })?;
    env.add_member_overload("isInteger", "quantity.isInteger()", amount(), vec![], |args| {
        answer(of(&args, 0)?.is_integer())
    })?;
    env.add_member_overload("asInteger", "quantity.asInteger()", amount(), vec![], |args| {
        let it = of(&args, 0)?;
        if it.is_integer() {
            return Ok(CowVal::owned(CelInt::from(it.value())));
        }
        Err(failed("cannot convert value to integer"))
    })?;
    env.add_member_overload("asApproximateFloat", "quantity.asApproximateFloat()", amount(), vec![], |args| {
        Ok(CowVal::owned(CelDouble::from(of(&args, 0)?.milli_value() as f64 / 1000.0)))
    })?;
    env.add_member_overload("isLessThan", "quantity.isLessThan(quantity)", amount(), vec![amount()], |args| {
        answer(order(&args)?.is_lt())
    })?;
    env.add_member_overload("isGreaterThan", "quantity.isGreaterThan(quantity)", amount(), vec![amount()], |args| {
        answer(order(&args)?.is_gt())
    })?;
    env.add_member_overload("compareTo", "quantity.compareTo(quantity)", amount(), vec![amount()], |args| {
        Ok(CowVal::owned(CelInt::from(order(&args)? as i64)))
    })?;
    env.add_member_overload("add", "quantity.add(quantity)", amount(), vec![amount()], |args| {
        Ok(CowVal::owned(Amount(of(&args, 0)? + of(&args, 1)?)))
    })?;
    env.add_member_overload("sub", "quantity.sub(quantity)", amount(), vec![amount()], |args| {
        Ok(CowVal::owned(Amount(of(&args, 0)? - of(&args, 1)?)))
    })?;
    env.add_member_overload("add", "quantity.add(int)", amount(), vec![INT_TYPE], |args| {
        Ok(CowVal::owned(Amount(of(&args, 0)? + Quantity::from_units(number(&args, 1)?))))
    })?;
    env.add_member_overload("sub", "quantity.sub(int)", amount(), vec![INT_TYPE], |args| {
        Ok(CowVal::owned(Amount(of(&args, 0)? - Quantity::from_units(number(&args, 1)?))))
    })
}

fn of(args: &[CowVal<'_, '_>], i: usize) -> Result<Quantity, ExecutionError> {
    let value = args.get(i).ok_or_else(no_overload)?;
    value.downcast_ref::<Amount>().map(|it| it.0).ok_or_else(no_overload)
}

fn order(args: &[CowVal<'_, '_>]) -> Result<Ordering, ExecutionError> {
    Ok(of(args, 0)?.cmp(&of(args, 1)?))
}

fn answer<'b, 'v>(it: bool) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(it)))
}

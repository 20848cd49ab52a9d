//! Whether an expression fits the types of what it is about: what cel-go's checker says before a rule ever runs
//! (cel-go `checker/checker.go`, `checker/errors.go`).
//!
//! Known differences: where an overload cannot be chosen for want of a type, the result is taken to be dynamic.

mod signatures;
mod types;
mod unify;

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators,
};

use signatures::{FUNCTIONS, Overload};
pub use types::{BOOL, STRING, Type, of_self};
use types::{INT, NULL};
use unify::Substitution;

/// What there is to say about an expression at a place in its text.
struct Found {
    offset: usize,
    message: String,
}

/// The checks of one expression.
struct Checker<'a> {
    source: &'a SourceInfo,
    variables: Vec<(String, Type)>,
    known: Substitution,
    found: Vec<Found>,
}

/// Checks an expression about `variables`, and returns the type of what it comes to.
///
/// # Errors
/// Everything that does not fit, as cel-go shows it.
pub fn check(expression: &IdedExpr, source: &SourceInfo, variables: Vec<(String, Type)>) -> Result<Type, String> {
    let mut checker = Checker { source, variables, known: Substitution::default(), found: Vec::new() };
    let ty = checker.visit(expression);
    if checker.found.is_empty() {
        checker.literals(expression);
    }
    if checker.found.is_empty() {
        return Ok(checker.known.of(&ty));
    }
    checker.found.sort_by_key(|it| it.offset);
    let lines: Vec<String> = checker.found.iter().map(|it| shown(&source.source, it.offset, &it.message)).collect();
    Err(lines.join("\n"))
}

fn shown(text: &str, offset: usize, message: &str) -> String {
    let before: String = text.chars().take(offset).collect();
    let row = before.matches('\n').count();
    shown_at(text, (row, before.chars().rev().take_while(|c| *c != '\n').count()), message)
}

/// An error with the line that it is in and a mark below its place (`ToDisplayString` of cel-go `common/error.go`).
pub fn shown_at(text: &str, (row, column): (usize, usize), message: &str) -> String {
    let line = text.split('\n').nth(row).unwrap_or_default().replace('\t', " ");
    format!("ERROR: <input>:{}:{}: {message}\n | {line}\n | {}^", row + 1, column + 1, ".".repeat(column))
}

impl Checker<'_> {
    fn tell(&mut self, id: u64, message: String) -> Type {
        let offset = self.source.offset_for(id).map_or(0, |(start, _)| start as usize);
        self.found.push(Found { offset, message });
        Type::Dyn
    }

    fn visit(&mut self, it: &IdedExpr) -> Type {
        match &it.expr {
            Expr::Literal(literal) => of_literal(literal),
            Expr::Ident(name) => self.ident(it.id, name),
            Expr::Select(select) => self.select(it.id, select),
            Expr::Call(call) => self.call(it.id, call),
            Expr::List(list) => {
                let optional = |i: usize| list.optional_indices.contains(&i);
                let mut of: Option<Type> = None;
                for (i, element) in list.elements.iter().enumerate() {
                    let ty = self.visit(element);
                    let ty = if optional(i) { self.unwrapped(ty) } else { ty };
                    of = Some(self.joined(element.id, of, ty));
                }
                Type::List(Box::new(of.unwrap_or_else(|| self.known.fresh())))
            }
            Expr::Map(map) => {
                let (mut keys, mut values): (Option<Type>, Option<Type>) = (None, None);
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        let (key, value) = (self.visit(&entry.key), self.visit(&entry.value));
                        let value = if entry.optional { self.unwrapped(value) } else { value };
                        keys = Some(self.joined(entry.key.id, keys, key));
                        values = Some(self.joined(entry.value.id, values, value));
                    }
                }
                let keys = keys.unwrap_or_else(|| self.known.fresh());
                Type::Map(Box::new(keys), Box::new(values.unwrap_or_else(|| self.known.fresh())))
            }
            Expr::Struct(of) => self.undeclared(it.id, &of.type_name),
            Expr::Comprehension(of) => self.comprehension(of),
            Expr::Unspecified => Type::Dyn,
        }
    }

    fn undeclared(&mut self, id: u64, name: &str) -> Type {
        self.tell(id, format!("undeclared reference to '{name}' (in container '')"))
    }

    fn unwrapped(&self, ty: Type) -> Type {
        match self.known.of(&ty) {
            Type::Optional(of) => *of,
            other => other,
        }
    }

    /// The type of the elements of a literal, after one more.
    fn joined(&mut self, id: u64, before: Option<Type>, ty: Type) -> Type {
        let Some(before) = before else {
            return ty;
        };
        if self.known.assign(&before, &ty) {
            return if matches!(self.known.of(&ty), Type::Dyn) { Type::Dyn } else { before };
        }
        let (before, ty) = (self.known.of(&before), self.known.of(&ty));
        self.tell(id, format!("expected type '{before}' but found '{ty}'"))
    }

    fn ident(&mut self, id: u64, name: &str) -> Type {
        if let Some((_, ty)) = self.variables.iter().rev().find(|(it, _)| it == name) {
            return ty.clone();
        }
        const TYPES: [&str; 9] =
            ["bool", "bytes", "double", "duration", "int", "string", "timestamp", "uint", "null_type"];
        match name {
            "list" => Type::Metatype(Box::new(Type::List(Box::new(Type::Dyn)))),
            "map" => Type::Metatype(Box::new(Type::Map(Box::new(Type::Dyn), Box::new(Type::Dyn)))),
            "type" => Type::Metatype(Box::new(Type::Metatype(Box::new(Type::Dyn)))),
            name => match TYPES.iter().find(|it| **it == name) {
                Some(name) => Type::Metatype(Box::new(Type::Simple(name))),
                None => self.undeclared(id, name),
            },
        }
    }

    fn select(&mut self, id: u64, select: &SelectExpr) -> Type {
        let named = self.known_name(&select.operand, &select.field);
        if named.is_some_and(|name| name.starts_with("google.protobuf.")) {
            return Type::Dyn;
        }
        let operand = self.visit(&select.operand);
        let ty = self.field(id, operand, &select.field);
        if select.test { BOOL } else { ty }
    }

    fn field(&mut self, id: u64, operand: Type, field: &str) -> Type {
        match self.known.of(&operand) {
            Type::Map(_, of) => *of,
            Type::Object(of) => match of.fields.get(field) {
                Some(ty) => ty.clone(),
                None => self.tell(id, format!("undefined field '{field}'")),
            },
            Type::Optional(of) => match self.field(id, *of, field) {
                it @ Type::Optional(_) => it,
                other => Type::Optional(Box::new(other)),
            },
            param @ Type::Param(_) => {
                self.known.assign(&param, &Type::Dyn);
                Type::Dyn
            }
            Type::Dyn => Type::Dyn,
            other => self.tell(id, format!("type '{other}' does not support field selection")),
        }
    }

    /// The name that an expression and a field spell, if no variable is meant by it.
    fn known_name(&self, operand: &IdedExpr, field: &str) -> Option<String> {
        let mut parts = vec![field.to_owned()];
        let mut it = operand;
        loop {
            match &it.expr {
                Expr::Select(select) if !select.test => {
                    parts.push(select.field.clone());
                    it = &select.operand;
                }
                Expr::Ident(name) if !self.variables.iter().any(|(known, _)| known == name) => {
                    parts.push(name.clone());
                    parts.reverse();
                    return Some(parts.join("."));
                }
                _ => return None,
            }
        }
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Type {
        let name = call.func_name.as_str();
        if name == operators::OPT_SELECT
            && let [operand, field] = call.args.as_slice()
            && let Expr::Literal(LiteralValue::String(field)) = &field.expr
        {
            let operand = self.visit(operand);
            return match self.field(id, operand, field.inner()) {
                it @ Type::Optional(_) => it,
                other => Type::Optional(Box::new(other)),
            };
        }
        if let Some(target) = &call.target
            && let Some(name) = self.known_name(target, name)
            && let Some(overloads) = FUNCTIONS.get(name.as_str())
        {
            let args: Vec<Type> = call.args.iter().map(|it| self.visit(it)).collect();
            return self.resolve(id, (&name, overloads), &args, false);
        }
        let target = call.target.as_deref().map(|it| self.visit(it));
        let is_member = target.is_some();
        let args: Vec<Type> =
            target.into_iter().chain(call.args.iter().map(|it| self.visit(it)).collect::<Vec<_>>()).collect();
        if matches!(name, operators::LOGICAL_AND | operators::LOGICAL_OR) {
            let overload = Overload { is_member: false, params: vec![BOOL; args.len()], result: BOOL };
            return self.resolve(id, (name, &[overload]), &args, false);
        }
        match FUNCTIONS.get(name) {
            Some(overloads) => self.resolve(id, (name, overloads), &args, is_member),
            None => self.undeclared(id, name),
        }
    }

    /// Chooses among the overloads of a function by the types of its arguments.
    fn resolve(&mut self, id: u64, (name, overloads): (&str, &[Overload]), args: &[Type], is_member: bool) -> Type {
        let mut result: Option<Type> = None;
        for overload in overloads.iter().filter(|it| it.is_member == is_member && it.params.len() == args.len()) {
            let fresh = [self.known.fresh(), self.known.fresh()];
            let params: Vec<Type> = overload.params.iter().map(|it| it.with(&fresh)).collect();
            if !self.known.assign_all(&params, args) {
                continue;
            }
            let ty = self.known.of(&overload.result.with(&fresh));
            result = Some(match result {
                None => ty,
                Some(before) if before.to_string() == ty.to_string() => before,
                Some(_) => Type::Dyn,
            });
        }
        if let Some(result) = result {
            return result;
        }
        let texts: Vec<String> = args.iter().map(|it| self.known.of(it).to_string()).collect();
        let applied = match texts.split_first() {
            Some((target, rest)) if is_member => format!("{target}.({})", rest.join(", ")),
            _ => format!("({})", texts.join(", ")),
        };
        self.tell(id, format!("found no matching overload for '{name}' applied to '{applied}'"))
    }

    fn comprehension(&mut self, of: &ComprehensionExpr) -> Type {
        let range = self.visit(&of.iter_range);
        let accumulated = self.visit(&of.accu_init);
        let (first, second) = match self.known.of(&range) {
            Type::List(element) if of.iter_var2.is_some() => (INT, *element),
            Type::List(element) => (*element, Type::Dyn),
            Type::Map(key, value) => (*key, *value),
            Type::Dyn | Type::Param(_) => (Type::Dyn, Type::Dyn),
            other => {
                let message = format!(
                    "expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"
                );
                (self.tell(of.iter_range.id, message), Type::Dyn)
            }
        };
        let outer = self.variables.len();
        self.variables.push((of.accu_var.clone(), accumulated.clone()));
        self.variables.push((of.iter_var.clone(), first));
        self.variables.extend(of.iter_var2.clone().map(|name| (name, second)));
        let condition = self.visit(&of.loop_cond);
        self.expect(of.loop_cond.id, &BOOL, &condition);
        let step = self.visit(&of.loop_step);
        self.expect(of.loop_step.id, &accumulated, &step);
        self.variables.truncate(outer + 1);
        let result = self.visit(&of.result);
        self.variables.truncate(outer);
        self.known.of(&result)
    }

    fn expect(&mut self, id: u64, wanted: &Type, ty: &Type) {
        if !self.known.assign(wanted, ty) {
            let (wanted, ty) = (self.known.of(wanted), self.known.of(ty));
            self.tell(id, format!("expected type '{wanted}' but found '{ty}'"));
        }
    }

    /// Checks the texts that stand for patterns, times and durations (cel-go `cel/validator.go`).
    fn literals(&mut self, it: &IdedExpr) {
        if let Expr::Call(call) = &it.expr {
            let text = call.args.last().filter(|_| call.args.len() + usize::from(call.target.is_some()) <= 2);
            if let Some(argument) = text
                && let Expr::Literal(LiteralValue::String(text)) = &argument.expr
                && !is_meant(&call.func_name, text.inner())
            {
                self.tell(argument.id, format!("invalid {} argument", call.func_name));
            }
        }
        for child in children(it) {
            self.literals(child);
        }
    }
}

/// Whether the function can make of a text what it is for.
fn is_meant(function: &str, text: &str) -> bool {
    match function {
        "matches" => regex::Regex::new(text).is_ok(),
        "duration" => super::library::duration(text).is_some(),
        "timestamp" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    }
}

fn children(it: &IdedExpr) -> Vec<&IdedExpr> {
    match &it.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => {
            let entries = map.entries.iter().filter_map(|it| match &it.expr {
                EntryExpr::MapEntry(entry) => Some([&entry.key, &entry.value]),
                EntryExpr::StructField(_) => None,
            });
            entries.flatten().collect()
        }
        Expr::Comprehension(of) => vec![&of.iter_range, &of.accu_init, &of.loop_cond, &of.loop_step, &of.result],
        _ => Vec::new(),
    }
}

fn of_literal(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => BOOL,
        LiteralValue::Bytes(_) => Type::Simple("bytes"),
        LiteralValue::Double(_) => Type::Simple("double"),
        LiteralValue::Int(_) => INT,
        LiteralValue::Null => NULL,
        LiteralValue::String(_) => STRING,
        LiteralValue::UInt(_) => Type::Simple("uint"),
    }
}

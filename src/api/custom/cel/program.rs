//! A compiled expression, and its evaluation within a budget.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, SourceInfo, operators};
use cel::common::types::{CelBool, CelOptional, CelString};
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, FunctionContext, Value as Cel};

use super::check::{self, Type};
use super::library;

/// The function that every loop calls for each of its steps.
const STEP: &str = "@step";
/// The function that every sum goes through.
const GROWN: &str = "@grown";
/// How deep an expression may be nested.
const DEPTH_MAX: usize = 100;

/// What may still be spent.
#[derive(Debug)]
pub struct Budget(Arc<AtomicU64>);

impl Budget {
    pub(super) fn new(units: u64) -> Self {
        Budget(Arc::new(AtomicU64::new(units)))
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Takes `units` off `left`, and says whether there were so many.
fn spend(left: &AtomicU64, units: u64) -> bool {
    let before = left.load(Ordering::Relaxed);
    left.store(before.saturating_sub(units), Ordering::Relaxed);
    before > units
}

/// What an expression is about.
#[derive(Debug)]
pub struct Variables {
    /// `self`.
    pub this: Box<dyn Val>,
    /// `oldSelf`, if there is an older state.
    pub old: Option<Box<dyn Val>>,
    /// Whether `oldSelf` is an optional value.
    pub optional: bool,
}

/// A compiled expression.
pub struct Program {
    expression: IdedExpr,
    uses_old_self: bool,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("uses_old_self", &self.uses_old_self).finish_non_exhaustive()
    }
}

/// The standard library, the extensions and the functions of Kubernetes.
static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(library::environment()));

impl Program {
    /// Compiles `text`.
    ///
    /// # Errors
    /// Why it is no expression, in the words of the parser.
    pub fn compile(text: &str) -> Result<Program, String> {
        let (mut expression, _) = parse(text)?;
        let mut walk = Walk { uses_old_self: false };
        walk.instrument(&mut expression);
        Ok(Program { expression, uses_old_self: walk.uses_old_self })
    }

    /// Compiles `text` as an expression about variables of these types, and returns the type of what it comes to.
    ///
    /// # Errors
    /// Why it is no expression, or does not fit the types, in the words of cel-go.
    pub fn typed(text: &str, variables: Vec<(String, Type)>) -> Result<(Program, Type), String> {
        let (expression, source) = parse(text)?;
        let ty = check::check(&expression, &source, variables)?;
        Ok((Program::compile(text)?, ty))
    }

    /// Whether it looks at the older state.
    pub fn uses_old_self(&self) -> bool {
        self.uses_old_self
    }

    /// Evaluates it to a truth value.
    ///
    /// # Errors
    /// Why it has none.
    pub fn run_bool(&self, variables: &Variables, budget: &mut Budget) -> Result<bool, String> {
        self.run(variables, budget, |value| value.downcast_ref::<CelBool>().map(|it| *it.inner()))
    }

    /// Evaluates it to a text.
    ///
    /// # Errors
    /// Why it has none.
    pub fn run_text(&self, variables: &Variables, budget: &mut Budget) -> Result<String, String> {
        self.run(variables, budget, |value| value.downcast_ref::<CelString<'_>>().map(|it| it.inner().to_owned()))
    }

    fn run<T>(
        &self,
        variables: &Variables,
        budget: &mut Budget,
        read: impl FnOnce(&dyn Val) -> Option<T>,
    ) -> Result<T, String> {
        let mut context = Context::with_env(ENV.clone());
        context.add_variable_as_val("self", variables.this.clone_as_boxed());
        match (&variables.old, variables.optional) {
            (Some(old), false) => context.add_variable_as_val("oldSelf", old.clone_as_boxed()),
            (None, false) => {}
            (old, true) => {
                let old = old.as_ref().map_or_else(CelOptional::none, |it| CelOptional::of(it.clone_as_boxed()));
                context.add_variable_as_val("oldSelf", Box::new(old));
            }
        }
        meter(&mut context, &budget.0);
        let value = Cel::resolve_val(&self.expression, &context).map_err(|error| told(&error))?;
        if budget.is_spent() {
            return Err("operation cancelled: actual cost limit exceeded".to_owned());
        }
        read(value.as_ref()).ok_or_else(|| "no such overload".to_owned())
    }
}

fn parse(text: &str) -> Result<(IdedExpr, SourceInfo), String> {
    if depth(text) > DEPTH_MAX {
        return Err(format!("ERROR: <input>:1:1: expression recursion limit exceeded: {DEPTH_MAX}"));
    }
    ENV.parser().parse_with_source_info(text).map_err(|errors| {
        let place = |(row, column): (isize, isize)| {
            (usize::try_from(row - 1).unwrap_or(0), usize::try_from(column - 1).unwrap_or(0))
        };
        let lines = errors.errors.iter().map(|it| check::shown_at(text, place(it.pos), &it.msg));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// Gives loops and sums the functions that count what they cost.
fn meter(context: &mut Context<'_, '_>, left: &Arc<AtomicU64>) {
    let exceeded = |name: &str| ExecutionError::function_error(name, "operation cancelled: actual cost limit exceeded");
    let steps = left.clone();
    let step = move |_: &FunctionContext<'_, '_>| {
        if spend(&steps, 1) { Ok(Cel::Bool(true)) } else { Err(exceeded(STEP)) }
    };
    let grown = left.clone();
    let grown: cel_function::Boxed = Box::new(move |call| {
        let value = call.args.pop().unwrap_or_else(|| CowVal::owned(CelBool::from(false)));
        let size = value.as_sizer().map_or(0, |it| *it.size().inner());
        let size =
            value.downcast_ref::<CelString<'_>>().map_or(size, |it| i64::try_from(it.inner().len()).unwrap_or(0));
        if spend(&grown, u64::try_from(size).unwrap_or(0) / 10 + 1) { Ok(value) } else { Err(exceeded(GROWN)) }
    });
    let added = context.add_function(STEP, step).and_then(|()| context.add_function(GROWN, grown));
    debug_assert!(added.is_ok(), "no library has functions of these names");
}

/// The shape of a function that gets its arguments as they are.
mod cel_function {
    use super::{CowVal, ExecutionError, FunctionContext};

    pub(super) type Boxed = Box<
        dyn for<'context, 'call> Fn(
                &mut FunctionContext<'context, 'call>,
            ) -> Result<CowVal<'context, 'call>, ExecutionError>
            + Send
            + Sync,
    >;
}

/// How deep brackets are nested in a text: the parser goes as deep on the stack.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' | '!' | '-' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if c.is_alphanumeric() && !text.contains("!!") && !text.contains("--") => {}
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

struct Walk {
    uses_old_self: bool,
}

fn call(name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr { id: 0, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

impl Walk {
    /// Notes what an expression uses, and has its loops and sums counted.
    fn instrument(&mut self, it: &mut IdedExpr) {
        match &mut it.expr {
            Expr::Ident(name) => self.uses_old_self |= name == "oldSelf",
            Expr::Call(call) => {
                call.target.iter_mut().for_each(|it| self.instrument(it));
                call.args.iter_mut().for_each(|it| self.instrument(it));
            }
            Expr::List(list) => list.elements.iter_mut().for_each(|it| self.instrument(it)),
            Expr::Map(map) => map.entries.iter_mut().for_each(|it| self.entry(&mut it.expr)),
            Expr::Struct(of) => of.entries.iter_mut().for_each(|it| self.entry(&mut it.expr)),
            Expr::Select(select) => self.instrument(&mut select.operand),
            Expr::Comprehension(of) => {
                let (range, step) = (&mut of.iter_range, &mut of.loop_step);
                [range, &mut of.accu_init, &mut of.loop_cond, &mut of.result]
                    .into_iter()
                    .for_each(|it| self.instrument(it));
                self.step(step);
                let condition = std::mem::take(&mut of.loop_cond);
                of.loop_cond = call(operators::LOGICAL_AND, vec![condition, call(STEP, Vec::new())]);
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
        let is_sum = matches!(&it.expr, Expr::Call(call) if call.func_name == operators::ADD);
        if is_sum {
            let sum = std::mem::take(it);
            *it = call(GROWN, vec![sum]);
        }
    }

    /// The step of a loop is left in its shape, which the interpreter knows: only what it adds is looked into.
    fn step(&mut self, it: &mut IdedExpr) {
        match &mut it.expr {
            Expr::Call(call) if call.func_name == operators::ADD || call.func_name == operators::CONDITIONAL => {
                call.args.iter_mut().for_each(|it| self.step(it));
            }
            Expr::List(list) => list.elements.iter_mut().for_each(|it| self.instrument(it)),
            _ => self.instrument(it),
        }
    }

    fn entry(&mut self, entry: &mut EntryExpr) {
        match entry {
            EntryExpr::StructField(field) => self.instrument(&mut field.value),
            EntryExpr::MapEntry(entry) => {
                self.instrument(&mut entry.key);
                self.instrument(&mut entry.value);
            }
        }
    }
}

/// What went wrong, in the words of cel-go.
fn told(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::NoSuchOverload(_) | ExecutionError::UnsupportedBinaryOperator(..) => {
            "no such overload".to_owned()
        }
        ExecutionError::UndeclaredReference(name) => format!("no such attribute(s): {name}"),
        ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
        ExecutionError::RemainderByZero(_) => "modulus by zero".to_owned(),
        ExecutionError::Overflow(..) => "integer overflow".to_owned(),
        ExecutionError::IndexOutOfBounds(Cel::Int(i)) => format!("index out of bounds: {i}"),
        ExecutionError::FunctionError { message, .. } => message.clone(),
        other => other.to_string(),
    }
}

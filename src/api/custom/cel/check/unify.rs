//! Types that become known while an expression is looked at (cel-go `checker/types.go`, `checker/mapping.go`).

use super::types::Type;

/// What is known of the types that are not known yet.
#[derive(Clone, Debug, Default)]
pub struct Substitution {
    known: Vec<Option<Type>>,
}

impl Substitution {
    /// A type of which nothing is known.
    pub fn fresh(&mut self) -> Type {
        self.known.push(None);
        Type::Param(self.known.len() - 1)
    }

    fn resolved(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        while let Type::Param(number) = ty {
            match self.known.get(number).and_then(Option::as_ref) {
                Some(known) => ty = known.clone(),
                None => return Type::Param(number),
            }
        }
        ty
    }

    /// `ty` with everything that is known put in.
    pub fn of(&self, ty: &Type) -> Type {
        let boxed = |ty: &Type| Box::new(self.of(ty));
        match self.resolved(ty) {
            Type::List(of) => Type::List(boxed(&of)),
            Type::Map(key, of) => Type::Map(boxed(&key), boxed(&of)),
            Type::Optional(of) => Type::Optional(boxed(&of)),
            Type::Metatype(of) => Type::Metatype(boxed(&of)),
            other => other,
        }
    }

    /// Whether a value of type `ty` fits where `wanted` is; what that says of unknown types is known from then on.
    pub fn assign(&mut self, wanted: &Type, ty: &Type) -> bool {
        let before = self.known.clone();
        let fits = self.fits(wanted, ty);
        if !fits {
            self.known = before;
        }
        fits
    }

    /// Whether all of `types` fit in their places.
    pub fn assign_all(&mut self, wanted: &[Type], types: &[Type]) -> bool {
        let before = self.known.clone();
        let fits = wanted.iter().zip(types).all(|(wanted, ty)| self.fits(wanted, ty));
        if !fits {
            self.known = before;
        }
        fits
    }

    fn fits(&mut self, wanted: &Type, ty: &Type) -> bool {
        match (self.resolved(wanted), self.resolved(ty)) {
            (Type::Param(a), Type::Param(b)) if a == b => true,
            (Type::Param(a), other) | (other, Type::Param(a)) => self.learn(a, other),
            (Type::Dyn, _) | (_, Type::Dyn) => true,
            (Type::Simple(a), Type::Simple(b)) if a == b => true,
            (Type::Simple("null"), other) | (other, Type::Simple("null")) => other.is_nullable(),
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => self.fits(&a, &b),
            (Type::Metatype(_), Type::Metatype(_)) => true,
            (Type::Map(key, a), Type::Map(other, b)) => self.fits(&key, &other) && self.fits(&a, &b),
            (Type::Object(a), Type::Object(b)) => a.name == b.name,
            _ => false,
        }
    }

    fn learn(&mut self, param: usize, ty: Type) -> bool {
        if self.mentions(&ty, param) {
            return false;
        }
        match self.known.get_mut(param) {
            Some(slot) => *slot = Some(ty),
            None => return false,
        }
        true
    }

    fn mentions(&self, ty: &Type, param: usize) -> bool {
        match self.resolved(ty) {
            Type::Param(number) => number == param,
            Type::List(of) | Type::Optional(of) | Type::Metatype(of) => self.mentions(&of, param),
            Type::Map(key, of) => self.mentions(&key, param) || self.mentions(&of, param),
            _ => false,
        }
    }
}

impl Type {
    /// The type with `params` in the places of its own unknown ones.
    pub fn with(&self, params: &[Type; 2]) -> Type {
        let boxed = |ty: &Type| Box::new(ty.with(params));
        match self {
            Type::Param(number) => params.get(*number).cloned().unwrap_or(Type::Dyn),
            Type::List(of) => Type::List(boxed(of)),
            Type::Map(key, of) => Type::Map(boxed(key), boxed(of)),
            Type::Optional(of) => Type::Optional(boxed(of)),
            Type::Metatype(of) => Type::Metatype(boxed(of)),
            other => other.clone(),
        }
    }
}

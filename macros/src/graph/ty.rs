//! What the macro can see of a type: from the signature, literals and syntax.

/// The light type of a value. Where it says too little, generated code goes through the runtime's
/// traits and is just as right; where it says enough, the code reads better.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) enum Ty {
    /// Anything.
    #[default]
    Unknown,
    /// A value that is never differentiated and is not a float: an index, a string, a shape.
    Constant,
    /// Sums up contributions to a cotangent of any type.
    Accumulator,
    Bool,
    Integer,
    Float(Elem),
    /// An array of this rank, if known.
    Array(Elem, Option<usize>),
    /// A float or an array.
    Numeric(Elem),
    /// A slice, `Vec` or `[T; N]`.
    List(Box<Ty>),
    /// An `Option`.
    Option(Box<Ty>),
    Tuple(Vec<Ty>),
    /// A struct of the user's.
    Struct(String),
}

/// The type of a float or of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Elem {
    #[default]
    Unknown,
    F32,
    F64,
    /// `{float}`: a literal that takes its type from its neighbour.
    Literal,
}

impl Elem {
    /// What an operation on both has: they agree in any program that compiles.
    pub(crate) fn join(self, other: Elem) -> Elem {
        match (self, other) {
            (Elem::Unknown | Elem::Literal, known @ (Elem::F32 | Elem::F64)) => known,
            (Elem::Literal, Elem::Unknown) => Elem::Unknown,
            (known, _) => known,
        }
    }

    /// True for `f32` and `f64`.
    pub(crate) fn is_known(self) -> bool {
        matches!(self, Elem::F32 | Elem::F64)
    }

    /// True if a literal beside it takes its type from it without help.
    pub(crate) fn is_concrete(self) -> bool {
        self != Elem::Unknown
    }
}

impl Ty {
    pub(crate) fn is_float(&self) -> bool {
        matches!(self, Ty::Float(_))
    }

    /// A float or an array, as far as the macro can see.
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Ty::Float(_) | Ty::Array(..) | Ty::Numeric(_))
    }

    pub(crate) fn elem(&self) -> Elem {
        match self {
            Ty::Float(elem) | Ty::Array(elem, _) | Ty::Numeric(elem) => *elem,
            _ => Elem::Unknown,
        }
    }

    /// What two values of one type are together: what is known of either.
    pub(crate) fn joined(&self, other: &Ty) -> Ty {
        match (self, other) {
            (Ty::Unknown, known) | (known, Ty::Unknown) => known.clone(),
            (Ty::Float(a), other) => Ty::Float(a.join(other.elem())),
            (other, Ty::Float(b)) if other.is_numeric() => Ty::Float(other.elem().join(*b)),
            (Ty::Array(a, rank), Ty::Array(b, other)) => Ty::Array(a.join(*b), rank.or(*other)),
            (Ty::Array(a, rank), other) | (other, Ty::Array(a, rank)) if other.is_numeric() => {
                Ty::Array(a.join(other.elem()), *rank)
            }
            (Ty::Numeric(a), Ty::Numeric(b)) => Ty::Numeric(a.join(*b)),
            (Ty::Option(a), Ty::Option(b)) => Ty::Option(Box::new(a.joined(b))),
            (Ty::List(a), Ty::List(b)) => Ty::List(Box::new(a.joined(b))),
            (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
                Ty::Tuple(a.iter().zip(b).map(|(a, b)| a.joined(b)).collect())
            }
            (known, _) => known.clone(),
        }
    }

    /// The type of an elementwise operation's result, with broadcasting.
    pub(crate) fn broadcast(operands: &[&Ty]) -> Ty {
        let elem = operands.iter().fold(Elem::Literal, |elem, ty| elem.join(ty.elem()));
        if operands.iter().all(|ty| ty.is_float()) {
            return Ty::Float(elem);
        }
        let mut rank = Some(0);
        let mut is_array = false;
        for ty in operands {
            match ty {
                Ty::Float(_) => {}
                Ty::Array(_, known) => {
                    is_array = true;
                    rank = rank.zip(*known).map(|(a, b)| a.max(b));
                }
                _ => rank = None,
            }
        }
        if is_array {
            Ty::Array(elem, rank)
        } else {
            Ty::Numeric(elem)
        }
    }
}

//! Typed programs in the language that `#[differentiable]` compiles.
//!
//! Variables are numbers, unique in their function, so that the oracle knows no shadowing; their names,
//! which may be the same, are for the printer.

/// A variable of a function.
pub(crate) type VarId = usize;

/// A label of a loop or block, unique in its function.
pub(crate) type Label = usize;

/// A type. Lengths are exact for arrays and lists, and what a `Vec` has at least.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Unit,
    Float,
    Int,
    Bool,
    Array1(usize),
    Array2(usize, usize),
    Vec(Box<Type>, usize),
    List(Box<Type>, usize),
    Tuple(Vec<Type>),
    /// The struct `State`, see [`state_fields`].
    State,
    OptionFloat,
    OptionInt,
}

/// The fields of the struct that every program has.
pub(crate) fn state_fields() -> [(&'static str, Type); 3] {
    [("x", Type::Float), ("v", Type::Array1(3)), ("l", Type::List(Box::new(Type::Float), 2))]
}

/// How a variable holds its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Holds {
    Value,
    /// `&T`.
    Reference,
    /// `&[f64]`.
    Slice,
    /// A view of a row or column.
    View,
}

#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) mutable: bool,
    pub(crate) holds: Holds,
    /// An integer is below this.
    pub(crate) bound: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) var: VarId,
    pub(crate) path: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// A field of `State` or of a tuple.
    Field(usize),
    Index(Expr),
    Index2(Expr, Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unary {
    Neg,
    Sin,
    Cos,
    Tanh,
    Exp,
    Ln,
    Sqrt,
    Square,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Float(f64),
    Int(usize),
    Bool(bool),
    Read(Place),
    Unary(Unary, Box<Expr>),
    /// Of floats, or of arrays with broadcasting.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `max` or `min` of floats.
    Extreme(bool, Box<Expr>, Box<Expr>),
    /// `+`, `-`, `*`, `%` of integers.
    IntOp(char, Box<Expr>, Box<Expr>),
    /// The length of a list.
    Len(Place),
    /// Less, or greater.
    Compare(bool, Box<Expr>, Box<Expr>),
    /// And, or or.
    Logic(bool, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    /// `i as f64`.
    Cast(Box<Expr>),
    If(Box<Expr>, Box<Block>, Box<Block>),
    /// `if let Some(v) = option`.
    IfLet(VarId, Place, Box<Block>, Box<Block>),
    Match(Box<Expr>, Vec<Arm>),
    Block(Option<Label>, Box<Block>),
    /// A `loop` left by `break` with a value; `counter` ends it with the last value.
    Loop(Box<Turns>, Box<Expr>),
    Call(usize, Vec<Expr>),
    /// A call of a function of the file as a method; the first argument is the receiver.
    Apply(VarId, Vec<Expr>),
    Sum(Box<Expr>),
    Dot(Box<Expr>, Box<Expr>),
    Mapv(Box<Expr>, Box<Lambda>),
    /// `mapv(f)` with a closure that has a name.
    MapvNamed(Box<Expr>, VarId),
    Chain(Box<Chain>),
    Tuple(Vec<Expr>),
    State(Vec<Expr>),
    /// `vec![..]`, `[..]` or `array![..]`, by the type.
    Elements(Vec<Expr>),
    /// `vec![x; n]`, `[x; n]`, or `Array1::from_elem(n, x)`, by the type.
    Repeat(Box<Expr>),
    /// `v[a..b].to_vec()`.
    Part(Place, usize, usize),
    /// `m.row(i)` or `m.column(i)`, owned.
    Line(bool, Place, usize),
    Some(Box<Expr>),
    None,
    /// `option.map(f)`, `option.map_or(other, f)` or `option.unwrap_or(other)`, by what there is.
    OfOption(Place, Option<Box<Lambda>>, Option<Box<Expr>>),
    /// An operation on whole arrays, see [`ArrayOp`].
    OfArrays(ArrayOp, Vec<Expr>),
    /// `Zip::from(&a).and(&b).map_collect(f)`.
    ZipMap(Box<Expr>, Box<Expr>, Box<Lambda>),
    /// `Array1::from_shape_fn(n, f)`, or of two axes, by the type.
    FromFn(Box<Lambda>),
}

/// A closure. It captures immutable variables alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lambda {
    pub(crate) params: Vec<VarId>,
    pub(crate) body: Block,
}

/// An arm of a `match` on an integer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expr>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pattern {
    Literal(usize),
    Or(usize, usize),
    Range(usize, usize),
    Bind(VarId),
    Wild,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Block {
    pub(crate) stmts: Vec<Stmt>,
    /// None where the block gives nothing, or never ends.
    pub(crate) value: Option<Box<Expr>>,
}

/// A chain of iterators, over one source with one closure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chain {
    pub(crate) source: Source,
    pub(crate) link: Link,
    pub(crate) lambda: Lambda,
    pub(crate) end: End,
}

/// What a chain does with its closure, by what that gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// A float.
    Map,
    /// A float or nothing.
    FilterMap,
    /// The same; nothing is the end.
    MapWhile,
    /// Two floats.
    FlatMap,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    Sum,
    Product,
    /// Starts from this; the closure's first parameter is the state.
    Fold(Expr),
    /// Into a `Vec` or `Array1`, by the type.
    Collect,
    /// The same, by `Array1::from_iter`.
    FromIter,
    /// `reduce(f)`, or this where there is nothing.
    Reduce(Lambda, Expr),
    /// The last, or this where there is nothing.
    Last(Expr),
    /// The largest or smallest, or this where there is nothing.
    Extreme(bool, Expr),
}

/// What a source leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sift {
    Filter,
    TakeWhile,
    SkipWhile,
}

/// What a loop or chain goes over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Range(Range),
    /// `&v`, or `v.iter()`.
    Each(Place, bool),
    Reversed(Place),
    /// `enumerate()`, then `rev()`?
    Numbered(Place, bool),
    Zipped(Place, Place),
    Windows(Place),
    Chunks(Place),
    /// `rows()`, `columns()`, `outer_iter()`, `axis_iter(Axis(0))`, `axis_iter(Axis(1))`.
    Lines(usize, Place),
    /// `a.iter().chain(&b)`.
    Chained(Place, Place),
    /// Those for which a closure holds, which has parameters of its own.
    Sifted(Box<Source>, Sift, Box<Lambda>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) from: usize,
    pub(crate) to: Expr,
    pub(crate) inclusive: bool,
    pub(crate) reversed: bool,
    pub(crate) step: usize,
}

/// The bound of a counter that steps at will: it is an index of nothing as it is.
pub(crate) const COUNTED: Option<usize> = Some(usize::MAX);

/// A loop with a counter, so that it ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turns {
    pub(crate) label: Option<Label>,
    pub(crate) counter: VarId,
    pub(crate) bound: usize,
    pub(crate) condition: Option<Expr>,
    pub(crate) body: Block,
}

/// An operation on whole arrays.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ArrayOp {
    /// `x.slice(s![a..b])`.
    Slice(usize, usize),
    /// `x.slice(s![..;-1])`.
    Backwards,
    Transpose,
    Diag,
    IndexAxis(usize, usize),
    Select(Vec<usize>),
    SumAxis(usize),
    MeanAxis(usize),
    /// Along the last axis, as the next two.
    Cumsum,
    Softmax,
    LogSumExp,
    /// Into the shape of the type.
    Reshape,
    Broadcast,
    Concatenate,
    /// Two rows.
    Stack,
    /// These four give a float.
    Mean,
    Norm,
    Amax,
    Product,
}

/// What a place is written through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Through {
    /// `let lent = &mut place;`
    Place,
    /// The same, in a loop.
    Loop,
    /// `let mut lent = |by: f64| place += by;`
    Closure,
    /// `let lent = (0..2).map(|_| { place += value; 0.5 }).sum::<f64>();`
    Chain,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stmt {
    Let(VarId, Expr),
    /// `const C: f64 = x;`
    Const(VarId, f64),
    /// `fn h(x: f64) -> f64 { .. }`, which sees nothing of what is around it.
    LetFunction(VarId, Lambda),
    /// `assert!(x.is_finite());`
    Assert(Expr),
    /// Takes a tuple, list or struct apart.
    LetParts(Vec<VarId>, Expr),
    /// Without an initialiser, then written in both arms.
    Late(VarId, Expr, Block, Block),
    LetElse(VarId, Place, Block),
    LetClosure(VarId, Lambda),
    Assign(Place, Expr),
    Compound(Binary, Place, Expr),
    TupleAssign(Vec<Place>, Vec<Expr>),
    MemSwap(Place, Place),
    /// `let old = mem::replace(&mut place, value)`.
    Replace(VarId, Place, Expr),
    Take(VarId, Place),
    /// `let lent = &mut place; *lent = value;`, or `+=` and its like; twice through anything else.
    Lend(VarId, Place, Option<Binary>, Expr, Through),
    /// `counter += by;`
    Step(Place, usize),
    /// `let unused = (value * 0.0).sqrt();`, whose derivative is infinite and which nothing reads.
    Unused(VarId, Expr),
    SwapElements(Place, usize, usize),
    Push(Place, Expr),
    /// `let last = list.pop().unwrap(); list.push(value);`
    Pop(VarId, Place, Expr),
    /// `let (head, tail) = list.split_at_mut(at); head[i] += tail[j];`
    Split(Place, usize, usize, usize),
    Whole(Place, Whole),
    If(Expr, Block, Option<Block>),
    IfLet(VarId, Place, Block, Block),
    Match(Expr, Vec<Arm>),
    For(Option<Label>, Vec<VarId>, Source, Block),
    While(Turns),
    Loop(Turns),
    Break(Option<Label>, Option<Expr>),
    Continue(Option<Label>),
    Return(Expr),
}

/// A write of a whole array or of a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Whole {
    Assign(Expr),
    Fill(Expr),
    ScaledAdd(Expr, Expr),
    MapvInplace(Lambda),
    /// The closure's parameters are the old element and the other's; its value is the new one.
    ZipMutWith(Expr, Lambda),
    Compound(Binary, Expr),
    SliceAssign(usize, usize, Expr),
    SliceFill(usize, usize, Expr),
    SliceScale(usize, usize, Expr),
    RowAssign(usize, Expr),
    ColumnScaledAdd(usize, Expr, Expr),
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) vars: Vec<Var>,
    pub(crate) params: Vec<VarId>,
    pub(crate) result: Type,
    /// The first parameter is `&self`.
    pub(crate) method: bool,
    pub(crate) body: Block,
}

/// Functions that call those before them and themselves; the last is the one that is differentiated.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) functions: Vec<Function>,
}

impl Expr {
    pub(crate) fn new(ty: Type, kind: Kind) -> Self {
        Self { ty, kind }
    }

    pub(crate) fn float(x: f64) -> Self {
        Self::new(Type::Float, Kind::Float(x))
    }

    pub(crate) fn int(i: usize) -> Self {
        Self::new(Type::Int, Kind::Int(i))
    }
}

impl Type {
    pub(crate) fn vec(min: usize) -> Self {
        Type::Vec(Box::new(Type::Float), min)
    }

    pub(crate) fn list(n: usize) -> Self {
        Type::List(Box::new(Type::Float), n)
    }

    pub(crate) fn is_copy(&self) -> bool {
        match self {
            Type::Unit | Type::Float | Type::Int | Type::Bool => true,
            Type::OptionFloat | Type::OptionInt => true,
            Type::List(element, _) => element.is_copy(),
            Type::Tuple(parts) => parts.iter().all(Type::is_copy),
            Type::Array1(_) | Type::Array2(..) | Type::Vec(..) | Type::State => false,
        }
    }

    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Type::Array1(_) | Type::Array2(..))
    }

    pub(crate) fn holds_floats(&self) -> bool {
        !matches!(self, Type::Unit | Type::Int | Type::Bool | Type::OptionInt)
    }
}

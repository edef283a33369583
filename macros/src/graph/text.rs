//! A graph as text: `%3 hidden: f32[2] {0} = tanh %2`.
//!
//! A value shows its name, its type, after `~` a value of the same shape and, in braces, the
//! arguments that it depends on. What
//! [`parse`](super::parse) reads back is equal to what was written.

use std::fmt::{self, Display, Formatter};

use super::{
    Action, Block, Callee, Construct, Each, Elem, Form, Graph, Head, Info, Loop, Node, Op, Part,
    Passing, Step, Target, Turns, Ty, Value, Verbatim,
};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

impl Display for Elem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Elem::Unknown => "float",
            Elem::F32 => "f32",
            Elem::F64 => "f64",
            Elem::Literal => "literal",
        })
    }
}

impl Display for Ty {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Unknown => write!(f, "?"),
            Ty::Constant => write!(f, "constant"),
            Ty::Accumulator => write!(f, "accumulator"),
            Ty::Bool => write!(f, "bool"),
            Ty::Integer => write!(f, "integer"),
            Ty::Float(elem) => write!(f, "{elem}"),
            Ty::Array(elem, Some(rank)) => write!(f, "{elem}[{rank}]"),
            Ty::Array(elem, None) => write!(f, "{elem}[]"),
            Ty::Numeric(elem) => write!(f, "numeric {elem}"),
            Ty::List(inner) => write!(f, "list {inner}"),
            Ty::Option(inner) => write!(f, "option {inner}"),
            Ty::Struct(name) => write!(f, "struct {name}"),
            Ty::Tuple(parts) => {
                write!(f, "(")?;
                for part in parts {
                    write!(f, "{part},")?;
                }
                write!(f, ")")
            }
        }
    }
}

/// The definition of a value.
struct Definition<'a>(Value, &'a Info);

impl Display for Definition<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Definition(value, info) = self;
        write!(f, "{value}")?;
        if let Some(name) = &info.name {
            write!(f, " {name}")?;
        }
        write!(f, ": {}{}", if info.is_reference { "&" } else { "" }, info.ty)?;
        if let Some(like) = info.shape_of {
            write!(f, " ~{like}")?;
        }
        if !info.depends_on.is_empty() {
            let positions: Vec<String> = info.depends_on.0.iter().map(usize::to_string).collect();
            write!(f, " {{{}}}", positions.join(" "))?;
        }
        Ok(())
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            write!(f, ", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

impl Display for Graph {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "fn {}(", self.name)?;
        list(f, self.body.params.iter().map(|param| Definition(*param, self.info(*param))))?;
        writeln!(f, ") {{")?;
        let start = self.sweep.as_ref().map_or(usize::MAX, |sweep| sweep.start);
        for (position, node) in self.body.nodes.iter().enumerate() {
            self.show_sweep(position == start, f)?;
            self.show_node(node, 1, f)?;
        }
        self.show_sweep(self.body.nodes.len() == start, f)?;
        self.show_results(&self.body, 1, f)?;
        writeln!(f, "}}")
    }
}

impl Graph {
    fn show_sweep(&self, here: bool, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.sweep {
            Some(sweep) if here && sweep.is_linear => {
                writeln!(f, "  linear {} {}", sweep.values, sweep.seed)
            }
            Some(sweep) if here => {
                let seeds = [Some(sweep.seed), sweep.seed_tangent].into_iter().flatten();
                write!(f, "  adjoint {} ", sweep.values)?;
                list(f, seeds.map(|seed| Definition(seed, self.info(seed))))?;
                writeln!(f)
            }
            _ => Ok(()),
        }
    }

    fn show_results(&self, block: &Block, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
        if !block.saved.is_empty() {
            let word = if block.is_sparse { "save_if" } else { "save" };
            write!(f, "{:1$}{word} ", "", depth * 2)?;
            list(f, &block.saved)?;
            writeln!(f)?;
        }
        if !block.stacks.is_empty() {
            write!(f, "{:1$}stack ", "", depth * 2)?;
            list(f, &block.stacks)?;
            writeln!(f)?;
        }
        if block.primal > 0 {
            writeln!(f, "{:2$}primal {}", "", block.primal, depth * 2)?;
        }
        write!(f, "{:1$}yield ", "", depth * 2)?;
        list(f, &block.results)?;
        writeln!(f)
    }

    fn show_node(&self, node: &Node, depth: usize, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:1$}", "", depth * 2)?;
        list(f, node.outs.iter().map(|out| Definition(*out, self.info(*out))))?;
        if !node.outs.is_empty() {
            write!(f, " = ")?;
        }
        let (word, strings) = encode(&node.op);
        write!(f, "{word}")?;
        for string in strings {
            write!(f, " {string:?}")?;
        }
        if !node.args.is_empty() {
            write!(f, " ")?;
        }
        list(f, &node.args)?;
        for block in &node.blocks {
            write!(f, " {{ ")?;
            list(f, block.params.iter().map(|param| Definition(*param, self.info(*param))))?;
            if !block.restored.is_empty() {
                write!(f, " < ")?;
                for (word, is_so) in [("taken ", block.takes), ("sparse ", block.is_sparse)] {
                    write!(f, "{}", if is_so { word } else { "" })?;
                }
                list(f, block.restored.iter().map(|value| Definition(*value, self.info(*value))))?;
            }
            writeln!(f, " =>")?;
            for node in &block.nodes {
                self.show_node(node, depth + 1, f)?;
            }
            self.show_results(block, depth + 1, f)?;
            write!(f, "{:1$}}}", "", depth * 2)?;
        }
        writeln!(f)
    }
}

/// An operation as a word and strings.
fn encode(op: &Op) -> (String, Vec<String>) {
    let word = |word: &str| (word.to_owned(), Vec::new());
    let with = |word: &str, string: &str| (word.to_owned(), vec![string.to_owned()]);
    match op {
        Op::Row(row) => word(row.call),
        Op::Literal(text) => with("literal", text),
        Op::Verbatim(verbatim) => {
            let word = match (&verbatim.pattern, verbatim.pure) {
                (Some(_), true) => "bind",
                (Some(_), false) => "bind_once",
                (None, true) => "constant",
                (None, false) => "once",
            };
            (word.to_owned(), verbatim_strings(verbatim))
        }
        Op::Effect(verbatim) => ("run".to_owned(), verbatim_strings(verbatim)),
        Op::Field(member) => with("field", member),
        Op::FieldTangent(member) => with("field_tangent", member),
        Op::Construct(construct) => encode_construct(construct),
        Op::Join { stack } => word(if *stack { "stack" } else { "concatenate" }),
        Op::Call(callee) => ("call".to_owned(), callee_strings(callee)),
        Op::Pullback(callee) => ("pullback".to_owned(), callee_strings(callee)),
        Op::Jvp(callee) => ("jvp".to_owned(), callee_strings(callee)),
        Op::Map => word("map"),
        Op::Pull { likes } => with("pull", &likes.to_string()),
        Op::If => word("if"),
        Op::Unbranch => word("unbranch"),
        Op::Loop(turns) => ("loop".to_owned(), loop_strings(turns)),
        Op::Unloop(unloop) => {
            let word = match unloop.turns {
                Turns::Recorded => "unloop_recorded",
                Turns::Counted => "unloop_counted",
                Turns::Known => "unloop_known",
            };
            (word.to_owned(), unloop.again.iter().flat_map(each_strings).collect())
        }
        Op::Update(steps, action) => {
            let word = match action {
                Action::Set => "set",
                Action::Assign => "assign_part",
                Action::Push => "push",
                Action::Truncate => "truncate",
            };
            (word.to_owned(), step_strings(steps))
        }
        Op::TakePart(steps, action) => {
            let word = match action {
                Action::Set => "take_part",
                Action::Assign => "take_view",
                Action::Push => "take_pushed",
                Action::Truncate => "take_truncated",
            };
            (word.to_owned(), step_strings(steps))
        }
        Op::Inner => word("inner"),
        Op::Undefined => word("undefined"),
        Op::Joined => word("joined"),
        Op::Accumulator => word("accumulator"),
        Op::AddField(member) => with("add_field", member),
        Op::AddAll => word("add_all"),
        Op::Dense => word("dense"),
        Op::CotangentPart(Part::Member(member)) => with("cotangent_member", member),
        Op::CotangentPart(Part::Element(position)) => {
            with("cotangent_element", &position.to_string())
        }
        Op::CotangentPart(Part::Inner) => word("cotangent_inner"),
        Op::CotangentPart(Part::All) => word("cotangent_sum"),
        Op::AddView(row) => with("add_view", row.call),
    }
}

/// `["checkpointed"] ["exits"]`, then `while`, or `"for" pattern items ["range"] iterable..`.
fn loop_strings(turns: &Loop) -> Vec<String> {
    let mut strings = Vec::new();
    if turns.is_checkpointed {
        strings.push("checkpointed".to_owned());
    }
    if turns.exits {
        strings.push("exits".to_owned());
    }
    match &turns.head {
        Head::While => strings.push("while".to_owned()),
        Head::Each(each) => strings.extend(each_strings(each)),
    }
    strings
}

fn each_strings(each: &Each) -> Vec<String> {
    let kind = match (each.is_range, each.iterable.pure) {
        (true, true) => "range",
        (true, false) => "range_once",
        (false, true) => "for",
        (false, false) => "for_once",
    };
    let mut strings = vec![kind.to_owned(), each.pattern.to_string(), each.items.to_string()];
    strings.extend(verbatim_strings(&each.iterable));
    strings
}

fn step_strings(steps: &[Step]) -> Vec<String> {
    let text = |step: &Step| match step {
        Step::Field(member) => format!(".{member}"),
        Step::Index => "[]".to_owned(),
        Step::View(row) => format!("{}()", row.call),
    };
    steps.iter().map(text).collect()
}

fn verbatim_strings(verbatim: &Verbatim) -> Vec<String> {
    let pattern = verbatim.pattern.iter().map(ToString::to_string);
    pattern.chain([verbatim.tokens.to_string()]).chain(verbatim.names.iter().cloned()).collect()
}

fn encode_construct(construct: &Construct) -> (String, Vec<String>) {
    let word = match &construct.form {
        Form::Tuple => "tuple".to_owned(),
        Form::Struct => "struct".to_owned(),
        Form::Option => "option".to_owned(),
        Form::Array => "array".to_owned(),
        Form::Vec => "vec".to_owned(),
        Form::Repeat { is_vec: true, .. } => "repeat_vec".to_owned(),
        Form::Repeat { is_vec: false, .. } => "repeat_array".to_owned(),
        Form::NdArray(lengths) => {
            let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
            format!("ndarray_{}", lengths.join("_"))
        }
    };
    let text =
        |tokens: &Option<super::Tokens>| tokens.as_ref().map_or(String::new(), ToString::to_string);
    let path = match &construct.form {
        Form::Repeat { count, .. } => count.to_string(),
        _ => text(&construct.path),
    };
    let strings = [path, text(&construct.rest)];
    (word, strings.into_iter().chain(construct.members.iter().cloned()).collect())
}

fn callee_strings(callee: &Callee) -> Vec<String> {
    let (kind, owner, name) = match &callee.target {
        Target::Function(path) => ("function", path.to_string(), ""),
        Target::Derivative { of, item } => ("derivative", of.to_string(), item.as_str()),
        Target::Associated { ty, name } => ("associated", ty.to_string(), name.as_str()),
        Target::Method(name) => ("method", String::new(), name.as_str()),
    };
    let generics = callee.generics.as_ref().map_or(String::new(), ToString::to_string);
    let passing = callee
        .passing
        .iter()
        .map(|passing| match passing {
            Passing::Value => '.',
            Passing::Reference => '&',
            Passing::View => 'v',
            Passing::Owned => 'o',
            Passing::Given => 'g',
        })
        .collect();
    let tangents = callee.tangents.iter().map(|tangents| {
        tangents.iter().map(|is_given| if *is_given { 't' } else { '.' }).collect()
    });
    [kind.to_owned(), owner, name.to_owned(), generics, passing]
        .into_iter()
        .chain(tangents)
        .chain(callee.is_linear.then(|| "linear".to_owned()))
        .collect()
}

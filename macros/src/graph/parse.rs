//! The text of a graph, read back. Tests of the stages are written in it.

use std::collections::BTreeSet;
use std::str::Chars;

use super::{
    Action, Arguments, Block, Callee, Construct, Each, Elem, Form, Graph, Head, Info, Loop, Node,
    Op, Origin, Part, Passing, Step, Sweep, Target, Tokens, Turns, Ty, Unloop, Value, Verbatim,
};
use crate::ops;

/// Reads what [`Display`](std::fmt::Display) writes.
pub(crate) fn parse(text: &str) -> Result<Graph, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, graph: Graph::default() };
    parser.word("fn")?;
    parser.graph.name = parser.any_word()?;
    parser.symbol('(')?;
    let params = parser.definitions(')')?;
    parser.symbol(')')?;
    parser.symbol('{')?;
    let mut body = parser.rest_of_block()?;
    body.params = params;
    parser.graph.body = body;
    Ok(parser.graph)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Value(usize),
    Symbol(char),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.clone().next() {
        if c.is_whitespace() {
            chars.next();
        } else if c == '"' {
            chars.next();
            tokens.push(Token::Text(quoted(&mut chars)?));
        } else if c == '%' {
            chars.next();
            let digits = take_while(&mut chars, |c| c.is_ascii_digit());
            tokens.push(Token::Value(
                digits.parse().map_err(|_| format!("no number after %: {digits:?}"))?,
            ));
        } else if is_word(c) {
            tokens.push(Token::Word(take_while(&mut chars, is_word)));
        } else if text_arrow(&chars) {
            chars.next();
            chars.next();
            tokens.push(Token::Symbol('>'));
        } else {
            chars.next();
            tokens.push(Token::Symbol(c));
        }
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '\''
}

/// True at `=>`, which reads as the symbol `>`.
fn text_arrow(chars: &Chars<'_>) -> bool {
    chars.as_str().starts_with("=>")
}

fn take_while(chars: &mut Chars<'_>, belongs: impl Fn(char) -> bool) -> String {
    let mut taken = String::new();
    while let Some(c) = chars.clone().next().filter(|c| belongs(*c)) {
        taken.push(c);
        chars.next();
    }
    taken
}

/// The rest of a string that was written by `{:?}`.
fn quoted(chars: &mut Chars<'_>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('"') => return Ok(text),
            Some('\\') => text.push(match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(c) => c,
                None => return Err("the text ends in a string".to_owned()),
            }),
            Some(c) => text.push(c),
            None => return Err("the text ends in a string".to_owned()),
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    graph: Graph,
}

type Parsed<T> = Result<T, String>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is_symbol(&self, symbol: char) -> bool {
        self.peek() == Some(&Token::Symbol(symbol))
    }

    fn next(&mut self) -> Parsed<Token> {
        let token = self.peek().cloned().ok_or("the text ends too early")?;
        self.at += 1;
        Ok(token)
    }

    fn symbol(&mut self, symbol: char) -> Parsed<()> {
        match self.next()? {
            Token::Symbol(found) if found == symbol => Ok(()),
            found => Err(format!("expected `{symbol}` and found {found:?}")),
        }
    }

    fn any_word(&mut self) -> Parsed<String> {
        match self.next()? {
            Token::Word(word) => Ok(word),
            found => Err(format!("expected a word and found {found:?}")),
        }
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        let found = self.any_word()?;
        if found == word {
            Ok(())
        } else {
            Err(format!("expected `{word}` and found `{found}`"))
        }
    }

    /// Values with their names and types, up to `end`, which is left.
    fn definitions(&mut self, end: char) -> Parsed<Vec<Value>> {
        let mut values = Vec::new();
        while !self.is_symbol(end) && !self.is_symbol('<') {
            if self.is_symbol(',') {
                self.at += 1;
            }
            values.push(self.definition()?);
        }
        Ok(values)
    }

    fn definition(&mut self) -> Parsed<Value> {
        let Token::Value(number) = self.next()? else { return Err("expected a value".to_owned()) };
        let name = match self.peek() {
            Some(Token::Word(_)) => Some(self.any_word()?),
            _ => None,
        };
        self.symbol(':')?;
        let is_reference = self.is_symbol('&');
        self.at += usize::from(is_reference);
        let ty = self.ty()?;
        let mut shape_of = None;
        if self.is_symbol('~') {
            self.at += 1;
            let Token::Value(like) = self.next()? else {
                return Err("expected a value".to_owned());
            };
            shape_of = Some(Value(like));
        }
        let mut depends_on = BTreeSet::new();
        if self.is_symbol('{') && matches!(self.tokens.get(self.at + 1), Some(Token::Word(_))) {
            self.at += 1;
            while !self.is_symbol('}') {
                depends_on.insert(self.any_word()?.parse().map_err(|_| "expected a position")?);
            }
            self.at += 1;
        }
        if self.graph.values.len() <= number {
            self.graph.values.resize(number + 1, Info::default());
        }
        self.graph.values[number] =
            Info { name, ty, depends_on: Arguments(depends_on), is_reference, shape_of };
        Ok(Value(number))
    }

    fn ty(&mut self) -> Parsed<Ty> {
        if self.is_symbol('?') {
            self.at += 1;
            return Ok(Ty::Unknown);
        }
        if self.is_symbol('(') {
            self.at += 1;
            let mut parts = Vec::new();
            while !self.is_symbol(')') {
                parts.push(self.ty()?);
                self.symbol(',')?;
            }
            self.at += 1;
            return Ok(Ty::Tuple(parts));
        }
        let word = self.any_word()?;
        Ok(match word.as_str() {
            "constant" => Ty::Constant,
            "accumulator" => Ty::Accumulator,
            "bool" => Ty::Bool,
            "integer" => Ty::Integer,
            "numeric" => Ty::Numeric(elem(&self.any_word()?)?),
            "list" => Ty::List(Box::new(self.ty()?)),
            "option" => Ty::Option(Box::new(self.ty()?)),
            "struct" => Ty::Struct(self.any_word()?),
            other => {
                let elem = elem(other)?;
                if !self.is_symbol('[') {
                    return Ok(Ty::Float(elem));
                }
                self.at += 1;
                let rank = match self.next()? {
                    Token::Word(rank) => {
                        self.symbol(']')?;
                        Some(rank.parse().map_err(|_| format!("no rank: {rank}"))?)
                    }
                    _ => None,
                };
                Ty::Array(elem, rank)
            }
        })
    }

    /// Nodes up to and with `yield ..` and the closing brace.
    fn rest_of_block(&mut self) -> Parsed<Block> {
        let mut block = Block::default();
        loop {
            match self.peek() {
                Some(Token::Word(word)) if word == "save" => {
                    self.at += 1;
                    block.saved = self.values()?;
                }
                Some(Token::Word(word)) if word == "yield" => {
                    self.at += 1;
                    block.results = self.values()?;
                    self.symbol('}')?;
                    return Ok(block);
                }
                Some(Token::Word(word)) if word == "adjoint" => {
                    self.at += 1;
                    let values = self.any_word()?.parse().map_err(|_| "adjoint needs a number")?;
                    let seed = self.definition()?;
                    let mut seed_tangent = None;
                    if self.is_symbol(',') {
                        self.at += 1;
                        seed_tangent = Some(self.definition()?);
                    }
                    let start = block.nodes.len();
                    self.graph.sweep = Some(Sweep { start, values, seed, seed_tangent });
                }
                _ => {
                    let node = self.node()?;
                    block.nodes.push(node);
                }
            }
        }
    }

    fn values(&mut self) -> Parsed<Vec<Value>> {
        let mut values = Vec::new();
        while let Some(Token::Value(number)) = self.peek().cloned() {
            // A value at the start of the next line is followed by a name or a colon.
            if matches!(self.tokens.get(self.at + 1), Some(Token::Symbol(':') | Token::Word(_)))
                && !values.is_empty()
                && self.tokens.get(self.at - 1) != Some(&Token::Symbol(','))
            {
                break;
            }
            values.push(Value(number));
            self.at += 1;
            if self.is_symbol(',') {
                self.at += 1;
            } else {
                break;
            }
        }
        Ok(values)
    }

    fn node(&mut self) -> Parsed<Node> {
        let outs = if matches!(self.peek(), Some(Token::Value(_))) {
            let outs = self.definitions('=')?;
            self.symbol('=')?;
            outs
        } else {
            Vec::new()
        };
        let word = self.any_word()?;
        let mut strings = Vec::new();
        while let Some(Token::Text(text)) = self.peek().cloned() {
            strings.push(text);
            self.at += 1;
        }
        let args = match (self.peek(), self.tokens.get(self.at + 1)) {
            // A definition on the next line is no argument.
            (Some(Token::Value(_)), Some(Token::Symbol(':') | Token::Word(_)))
                if self.starts_definition() =>
            {
                Vec::new()
            }
            _ => self.values()?,
        };
        let mut blocks = Vec::new();
        while self.is_symbol('{') {
            self.at += 1;
            let params = self.definitions('>')?;
            let mut restored = Vec::new();
            if self.is_symbol('<') {
                self.at += 1;
                restored = self.definitions('>')?;
            }
            self.symbol('>')?;
            blocks.push(Block { params, restored, ..self.rest_of_block()? });
        }
        let op = decode(&word, strings, args.len())?;
        Ok(Node { outs, op, args, blocks, origin: Origin::default() })
    }

    /// True at `%3: ..` or `%3 name: ..`.
    fn starts_definition(&self) -> bool {
        match self.tokens.get(self.at + 1) {
            Some(Token::Symbol(':')) => true,
            Some(Token::Word(_)) => self.tokens.get(self.at + 2) == Some(&Token::Symbol(':')),
            _ => false,
        }
    }
}

fn elem(word: &str) -> Parsed<Elem> {
    match word {
        "float" => Ok(Elem::Unknown),
        "f32" => Ok(Elem::F32),
        "f64" => Ok(Elem::F64),
        "literal" => Ok(Elem::Literal),
        _ => Err(format!("`{word}` is no type")),
    }
}

/// The operation that a word and strings stand for.
fn decode(word: &str, strings: Vec<String>, args: usize) -> Parsed<Op> {
    let first = || strings.first().cloned().ok_or(format!("`{word}` needs a string"));
    Ok(match word {
        "literal" => Op::Literal(first()?),
        "constant" | "once" | "bind" | "bind_once" => Op::Verbatim(verbatim(word, strings)?),
        "run" => Op::Effect(verbatim("once", strings)?),
        "field" => Op::Field(first()?),
        "field_tangent" => Op::FieldTangent(first()?),
        "tuple" | "struct" | "option" | "array" | "vec" | "repeat_vec" | "repeat_array" => {
            Op::Construct(construct(word, strings)?)
        }
        word if word.starts_with("ndarray_") => Op::Construct(construct(word, strings)?),
        "concatenate" | "stack" => Op::Join { stack: word == "stack" },
        "call" => Op::Call(callee(&strings)?),
        "pullback" => Op::Pullback(callee(&strings)?),
        "jvp" => Op::Jvp(callee(&strings)?),
        "map" => Op::Map,
        "pull" => Op::Pull { likes: first()?.parse().map_err(|_| "pull needs a number")? },
        "if" => Op::If,
        "unbranch" => Op::Unbranch,
        "loop" => Op::Loop(turns(strings)?),
        "unloop_recorded" => unloop(strings, Turns::Recorded)?,
        "unloop_counted" => unloop(strings, Turns::Counted)?,
        "unloop_known" => unloop(strings, Turns::Known)?,
        "set" => Op::Update(steps(&strings)?, Action::Set),
        "assign_part" => Op::Update(steps(&strings)?, Action::Assign),
        "push" => Op::Update(steps(&strings)?, Action::Push),
        "take_part" => Op::TakePart(steps(&strings)?, Action::Set),
        "take_view" => Op::TakePart(steps(&strings)?, Action::Assign),
        "take_pushed" => Op::TakePart(steps(&strings)?, Action::Push),
        "inner" => Op::Inner,
        "undefined" => Op::Undefined,
        "accumulator" => Op::Accumulator,
        "add_field" => Op::AddField(first()?),
        "add_all" => Op::AddAll,
        "dense" => Op::Dense,
        "cotangent_member" => Op::CotangentPart(Part::Member(first()?)),
        "cotangent_element" => Op::CotangentPart(Part::Element(
            first()?.parse().map_err(|_| "an element needs a number")?,
        )),
        "cotangent_sum" => Op::CotangentPart(Part::All),
        "cotangent_inner" => Op::CotangentPart(Part::Inner),
        "add_view" => {
            // The view's operands stand between the cotangent and what is added.
            let row = ops::by_call(&first()?, args - 1).ok_or("no such view")?;
            Op::AddView(row)
        }
        other => Op::Row(
            ops::by_call(other, args).ok_or(format!("no row `{other}` of {args} operands"))?,
        ),
    })
}

fn unloop(strings: Vec<String>, how: Turns) -> Parsed<Op> {
    let again = if strings.is_empty() { None } else { Some(each(&strings)?) };
    Ok(Op::Unloop(Unloop { again, turns: how }))
}

fn turns(strings: Vec<String>) -> Parsed<Loop> {
    let exits = strings.first().is_some_and(|first| first == "exits");
    let rest = &strings[usize::from(exits)..];
    let head = match rest {
        [kind] if kind == "while" => Head::While,
        rest => Head::Each(each(rest)?),
    };
    Ok(Loop { head, exits })
}

fn each(strings: &[String]) -> Parsed<Each> {
    let [kind, pattern, items, iterable @ ..] = strings else {
        return Err(format!("no loop: {strings:?}"));
    };
    let word = if kind.ends_with("once") { "once" } else { "constant" };
    Ok(Each {
        iterable: verbatim(word, iterable.to_vec())?,
        pattern: text_tokens(pattern)?,
        items: items.parse().map_err(|_| "a loop needs its number of items")?,
        is_range: kind.starts_with("range"),
    })
}

fn steps(strings: &[String]) -> Parsed<Vec<Step>> {
    strings
        .iter()
        .map(|text| match text.as_str() {
            "[]" => Ok(Step::Index),
            field if field.starts_with('.') => Ok(Step::Field(field[1..].to_owned())),
            view => ops::view_by_call(view.trim_end_matches("()"))
                .map(Step::View)
                .ok_or(format!("no view `{view}`")),
        })
        .collect()
}

fn text_tokens(text: &str) -> Parsed<Tokens> {
    text.parse().map(Tokens).map_err(|error| format!("{text}: {error}"))
}

fn verbatim(word: &str, strings: Vec<String>) -> Parsed<Verbatim> {
    let mut strings = strings.into_iter();
    let pattern = match word {
        "bind" | "bind_once" => Some(text_tokens(&strings.next().ok_or("no pattern")?)?),
        _ => None,
    };
    let tokens = text_tokens(&strings.next().ok_or("no tokens")?)?;
    Ok(Verbatim { tokens, names: strings.collect(), pattern, pure: !word.ends_with("once") })
}

fn construct(word: &str, strings: Vec<String>) -> Parsed<Construct> {
    let form = match word {
        "tuple" => Form::Tuple,
        "struct" => Form::Struct,
        "option" => Form::Option,
        "array" => Form::Array,
        "vec" => Form::Vec,
        "repeat_vec" | "repeat_array" => {
            let count = text_tokens(strings.first().map_or("", String::as_str))?;
            return Ok(Construct {
                path: None,
                form: Form::Repeat { is_vec: word == "repeat_vec", count },
                members: strings[2.min(strings.len())..].to_vec(),
                rest: None,
            });
        }
        other => Form::NdArray(
            other.split('_').skip(1).filter_map(|length| length.parse().ok()).collect(),
        ),
    };
    let tokens = |position: usize| match strings.get(position).map(String::as_str) {
        None | Some("") => Ok(None),
        Some(text) => text_tokens(text).map(Some),
    };
    let (path, rest) = (tokens(0)?, tokens(1)?);
    Ok(Construct { path, form, members: strings[2.min(strings.len())..].to_vec(), rest })
}

fn callee(strings: &[String]) -> Parsed<Callee> {
    let [kind, owner, name, generics, passing, rest @ ..] = strings else {
        return Err("a callee has five strings".to_owned());
    };
    let generics = if generics.is_empty() { None } else { Some(text_tokens(generics)?) };
    let target = match kind.as_str() {
        "function" => Target::Function(text_tokens(owner)?),
        "associated" => Target::Associated { ty: text_tokens(owner)?, name: name.clone() },
        _ => Target::Method(name.clone()),
    };
    let passing = passing
        .chars()
        .map(|c| match c {
            '&' => Passing::Reference,
            'v' => Passing::View,
            'o' => Passing::Owned,
            _ => Passing::Value,
        })
        .collect();
    let tangents = rest.first().map(|tangents| tangents.chars().map(|c| c == 't').collect());
    Ok(Callee { target, generics, passing, tangents })
}

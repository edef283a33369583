//! The text of a graph, read back. Tests of the stages are written in it.

use std::collections::BTreeSet;
use std::str::Chars;

use super::decode::decode;
use super::{Arguments, Block, Elem, Graph, Info, Node, Origin, Sweep, Ty, Value};

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

pub(super) type Parsed<T> = Result<T, String>;

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
                Some(Token::Word(word)) if matches!(word.as_str(), "save" | "save_if") => {
                    block.is_sparse = word == "save_if";
                    self.at += 1;
                    block.saved = self.values()?;
                }
                Some(Token::Word(word)) if word == "stack" => {
                    self.at += 1;
                    block.stacks = self.values()?;
                }
                Some(Token::Word(word)) if word == "primal" => {
                    self.at += 1;
                    block.primal = self.any_word()?.parse().map_err(|_| "primal needs a number")?;
                }
                Some(Token::Word(word)) if word == "yield" => {
                    self.at += 1;
                    block.results = self.values()?;
                    self.symbol('}')?;
                    return Ok(block);
                }
                Some(Token::Word(word)) if word == "adjoint" || word == "linear" => {
                    let is_linear = word == "linear";
                    self.at += 1;
                    let values = self.any_word()?.parse().map_err(|_| "a sweep needs a number")?;
                    let seed = match is_linear {
                        true => self.values()?.first().copied().ok_or("linear needs a value")?,
                        false => self.definition()?,
                    };
                    let mut seed_tangent = None;
                    if self.is_symbol(',') {
                        self.at += 1;
                        seed_tangent = Some(self.definition()?);
                    }
                    let start = block.nodes.len();
                    self.graph.sweep = Some(Sweep { start, values, seed, seed_tangent, is_linear });
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
            let (mut takes, mut is_sparse) = (false, false);
            if self.is_symbol('<') {
                self.at += 1;
                takes = self.peek() == Some(&Token::Word("taken".to_owned()));
                self.at += usize::from(takes);
                is_sparse = self.peek() == Some(&Token::Word("sparse".to_owned()));
                self.at += usize::from(is_sparse);
                restored = self.definitions('>')?;
            }
            self.symbol('>')?;
            let rest = self.rest_of_block()?;
            is_sparse |= rest.is_sparse;
            blocks.push(Block { params, restored, takes, is_sparse, ..rest });
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

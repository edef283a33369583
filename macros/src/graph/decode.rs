//! An operation from its word and strings, as the text of a graph has it.

use super::parse::Parsed;
use super::{
    Action, Callee, Construct, Each, Form, Head, Loop, Op, Part, Passing, Step, Target, Tokens,
    Turns, Unloop, Verbatim,
};
use crate::ops;

/// The operation that a word and strings stand for.
pub(super) fn decode(word: &str, strings: Vec<String>, args: usize) -> Parsed<Op> {
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
        "truncate" => Op::Update(steps(&strings)?, Action::Truncate),
        "take_part" => Op::TakePart(steps(&strings)?, Action::Set),
        "take_view" => Op::TakePart(steps(&strings)?, Action::Assign),
        "take_pushed" => Op::TakePart(steps(&strings)?, Action::Push),
        "take_truncated" => Op::TakePart(steps(&strings)?, Action::Truncate),
        "inner" => Op::Inner,
        "undefined" => Op::Undefined,
        "joined" => Op::Joined,
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
    let mut rest = strings.as_slice();
    let mut is = |word: &str| match rest {
        [first, others @ ..] if first == word => {
            rest = others;
            true
        }
        _ => false,
    };
    let (is_checkpointed, exits) = (is("checkpointed"), is("exits"));
    let head = match rest {
        [kind] if kind == "while" => Head::While,
        rest => Head::Each(each(rest)?),
    };
    Ok(Loop { head, exits, is_checkpointed })
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
        "derivative" => Target::Derivative { of: text_tokens(owner)?, item: name.clone() },
        "associated" => Target::Associated { ty: text_tokens(owner)?, name: name.clone() },
        _ => Target::Method(name.clone()),
    };
    let passing = passing
        .chars()
        .map(|c| match c {
            '&' => Passing::Reference,
            'v' => Passing::View,
            'o' => Passing::Owned,
            'g' => Passing::Given,
            _ => Passing::Value,
        })
        .collect();
    let tangents = rest.first().map(|tangents| tangents.chars().map(|c| c == 't').collect());
    let is_linear = rest.get(1).is_some();
    Ok(Callee { target, generics, passing, tangents, is_linear })
}

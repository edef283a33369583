//! Closures, what loops go over, and chains of iterators, run.

use super::exec::{Exit, MALFORMED, Machine, Run, greater, listed};
use super::value::{Dual, Value};
use crate::ast::{Binary, Chain, End, Lambda, Link, Place, Sift, Source, Type};

impl Machine<'_> {
    pub(super) fn apply(&mut self, lambda: &Lambda, args: Vec<Value>) -> Run<Value> {
        for (param, arg) in lambda.params.iter().zip(args) {
            self.set(*param, arg);
        }
        match self.block(&lambda.body) {
            Err(Exit::Return(value)) => Ok(value),
            other => other,
        }
    }

    pub(super) fn mapped(
        &mut self,
        lambda: &Lambda,
        elements: Vec<Dual>,
        row: Option<usize>,
    ) -> Run<Value> {
        let mut new = Vec::with_capacity(elements.len());
        for element in elements {
            match self.apply(lambda, vec![Value::Float(element)])? {
                Value::Float(element) => new.push(element),
                _ => return Err(MALFORMED),
            }
        }
        Ok(Value::Array(new, row))
    }

    pub(super) fn chain(&mut self, ty: &Type, chain: &Chain) -> Run<Value> {
        let start = match &chain.end {
            End::Fold(start) => Some(self.eval(start)?),
            _ => None,
        };
        let turns = self.turns_of(&chain.source)?;
        if let Some(mut state) = start {
            for turn in turns {
                let args = std::iter::once(state).chain(turn).collect();
                state = self.apply(&chain.lambda, args)?;
            }
            return Ok(state);
        }
        let mut values = Vec::new();
        for turn in turns {
            let given = self.apply(&chain.lambda, turn)?;
            match (chain.link, given) {
                (Link::Map, value) => values.push(value),
                (Link::FlatMap, Value::List(list)) => values.extend(list),
                (Link::FilterMap | Link::MapWhile, Value::Option(Some(value))) => {
                    values.push(*value);
                }
                (Link::FilterMap, Value::Option(None)) => {}
                (Link::MapWhile, Value::Option(None)) => break,
                _ => return Err(MALFORMED),
            }
        }
        let (op, start) = match &chain.end {
            End::Collect | End::FromIter => return listed(ty, values),
            End::Fold(_) => return Err(MALFORMED),
            End::Reduce(lambda, other) => {
                let other = self.eval(other)?;
                let mut values = values.into_iter();
                let Some(mut state) = values.next() else { return Ok(other) };
                for value in values {
                    state = self.apply(lambda, vec![state, value])?;
                }
                return Ok(state);
            }
            End::Last(other) => {
                let other = self.eval(other)?;
                return Ok(values.pop().unwrap_or(other));
            }
            End::Extreme(max, other) => {
                let other = self.eval(other)?;
                return extreme(*max, values).map(|found| found.unwrap_or(other));
            }
            End::Product => (Binary::Mul, 1.0),
            End::Sum => (Binary::Add, 0.0),
        };
        let mut total = Dual::constant(start);
        for value in values {
            let Value::Float(value) = value else { return Err(MALFORMED) };
            total = Dual::binary(op, total, value);
        }
        Ok(Value::Float(total))
    }

    fn elements(&mut self, place: &Place) -> Run<Vec<Value>> {
        match self.read(place)? {
            Value::List(list) => Ok(list),
            Value::Array(elements, None) => Ok(elements.into_iter().map(Value::Float).collect()),
            _ => Err(MALFORMED),
        }
    }

    /// What a source binds in each turn.
    pub(super) fn turns_of(&mut self, source: &Source) -> Run<Vec<Vec<Value>>> {
        let one = |value: Value| vec![value];
        Ok(match source {
            Source::Range(range) => {
                let to = self.int(&range.to)? + usize::from(range.inclusive);
                let mut indices: Vec<usize> = (range.from..to).collect();
                if range.reversed {
                    indices.reverse();
                }
                indices.into_iter().step_by(range.step).map(|i| vec![Value::Int(i)]).collect()
            }
            Source::Each(place, _) => self.elements(place)?.into_iter().map(one).collect(),
            Source::Reversed(place) => self.elements(place)?.into_iter().rev().map(one).collect(),
            Source::Numbered(place, reversed) => {
                let mut elements = self.elements(place)?;
                if *reversed {
                    elements.reverse();
                }
                elements.into_iter().enumerate().map(|(i, e)| vec![Value::Int(i), e]).collect()
            }
            Source::Zipped(a, b) => {
                let (a, b) = (self.elements(a)?, self.elements(b)?);
                a.into_iter().zip(b).map(|(a, b)| vec![a, b]).collect()
            }
            Source::Chained(a, b) => {
                let (a, b) = (self.elements(a)?, self.elements(b)?);
                a.into_iter().chain(b).map(one).collect()
            }
            Source::Sifted(source, sift, lambda) => {
                let mut kept = Vec::new();
                for turn in self.turns_of(source)? {
                    // What is skipped is over with the first that is kept.
                    if *sift == Sift::SkipWhile && !kept.is_empty() {
                        kept.push(turn);
                        continue;
                    }
                    let Value::Bool(holds) = self.apply(lambda, turn.clone())? else {
                        return Err(MALFORMED);
                    };
                    match sift {
                        Sift::TakeWhile if !holds => break,
                        _ if holds == (*sift == Sift::SkipWhile) => {}
                        _ => kept.push(turn),
                    }
                }
                kept
            }
            Source::Windows(place) => {
                self.elements(place)?.windows(2).map(|w| vec![Value::List(w.to_vec())]).collect()
            }
            Source::Chunks(place) => {
                self.elements(place)?.chunks(2).map(|c| vec![Value::List(c.to_vec())]).collect()
            }
            Source::Lines(kind, place) => match self.read(place)? {
                Value::Array(elements, Some(row)) => {
                    let rows = matches!(kind, 0 | 2 | 3);
                    let count = if rows { elements.len() / row } else { row };
                    let line = |i| vec![Value::Array(line(&elements, row, rows, i), None)];
                    (0..count).map(line).collect()
                }
                _ => return Err(MALFORMED),
            },
        })
    }
}

/// The largest or smallest. Which of two that are the same is meant is a question of ties only where
/// their derivatives differ.
fn extreme(max: bool, values: Vec<Value>) -> Run<Option<Value>> {
    let mut best: Option<Dual> = None;
    for value in values {
        let Value::Float(value) = value else { return Err(MALFORMED) };
        best = Some(match best {
            Some(best) if best == value || greater(best, value)? == max => best,
            _ => value,
        });
    }
    Ok(best.map(Value::Float))
}

pub(super) fn line(elements: &[Dual], row: usize, is_row: bool, i: usize) -> Vec<Dual> {
    if is_row {
        return elements[i * row..(i + 1) * row].to_vec();
    }
    elements.iter().skip(i).step_by(row).copied().collect()
}

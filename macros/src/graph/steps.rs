//! What the user's tokens do with an integer: step it, read it, or something that cannot be seen.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};

use super::{key, Tokens, Verbatim};

impl Verbatim {
    /// Of a `let` that binds one variable which may change, `mut at` or `mut at: usize`: what reads it.
    pub(crate) fn read_of_variable(&self) -> Option<Verbatim> {
        let tokens: Vec<TokenTree> = self.pattern.as_ref()?.0.clone().into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(word), TokenTree::Ident(name), rest @ ..] if word == "mut" => {
                let is_one = rest.first().is_none_or(|token| is(token, ':'));
                let read = TokenTree::Ident(name.clone()).into();
                is_one.then(|| Verbatim::new(read, vec![key(name)], false))
            }
            _ => None,
        }
    }

    /// True unless all that its pattern binds stays as it is.
    pub(crate) fn may_bind_variables(&self) -> bool {
        let Some(pattern) = &self.pattern else { return false };
        self.tokens.0.is_empty() || pattern.mentions_word("mut")
    }

    /// Of `at += step;` or `at -= step;`: what undoes it.
    pub(crate) fn step_back(&self, name: &str) -> Option<Tokens> {
        let tokens: Vec<TokenTree> = self.tokens.0.clone().into_iter().collect();
        let [TokenTree::Ident(at), TokenTree::Punct(sign), equals, step @ ..] = tokens.as_slice()
        else {
            return None;
        };
        let step = match step {
            [step @ .., end] if is(end, ';') => step,
            step => step,
        };
        let back = match sign.as_char() {
            '+' => '-',
            '-' => '+',
            _ => return None,
        };
        let is_plain = is_arithmetic(step) && !step.iter().any(|token| is_word(token, name));
        if key(at) != name || !is(equals, '=') || !is_plain {
            return None;
        }
        let step = match step {
            [step] => step.clone(),
            step => {
                TokenTree::Group(Group::new(Delimiter::Parenthesis, step.iter().cloned().collect()))
            }
        };
        let back = TokenTree::Punct(Punct::new(back, Spacing::Alone));
        Some(Tokens([TokenTree::Ident(at.clone()), back, step].into_iter().collect()))
    }

    /// True for a name alone.
    pub(crate) fn is_name(&self) -> bool {
        let mut tokens = self.tokens.0.clone().into_iter();
        self.pattern.is_none()
            && matches!(tokens.next(), Some(TokenTree::Ident(_)))
            && tokens.next().is_none()
    }

    /// True if it does nothing but compute from names and literals.
    pub(crate) fn is_arithmetic(&self) -> bool {
        let tokens: Vec<TokenTree> = self.tokens.0.clone().into_iter().collect();
        is_arithmetic(&tokens)
    }

    /// True unless it can be seen that an integer of this name stays as it is.
    pub(crate) fn may_change(&self, name: &str) -> bool {
        let lends = |tokens: &Tokens| tokens.mentions_word("ref");
        lends(&self.tokens)
            || self.pattern.as_ref().is_some_and(lends)
            || may_change(&self.tokens.0, name)
    }
}

impl Tokens {
    fn mentions_word(&self, word: &str) -> bool {
        mentions_word(&self.0, word)
    }
}

fn mentions_word(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_word(&group.stream(), word),
        token => is_word(&token, word),
    })
}

fn is(token: &TokenTree, symbol: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == symbol)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if key(ident) == word)
}

/// True for names, literals and `+ - * / %` alone, in brackets and parentheses that call nothing.
fn is_arithmetic(tokens: &[TokenTree]) -> bool {
    let is_operand = |token: &TokenTree| !matches!(token, TokenTree::Punct(_));
    let mut before: Option<&TokenTree> = None;
    !tokens.is_empty()
        && tokens.iter().all(|token| {
            let follows = before.replace(token).is_some_and(is_operand);
            match token {
                TokenTree::Ident(_) | TokenTree::Literal(_) => !follows,
                TokenTree::Punct(punct) => {
                    ['+', '-', '*', '/', '%', ','].contains(&punct.as_char())
                }
                TokenTree::Group(group) => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    !follows && group.delimiter() != Delimiter::Brace && is_arithmetic(&inside)
                }
            }
        })
}

fn may_change(tokens: &TokenStream, name: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(position, token)| {
        let rest = &tokens[position + 1..];
        let before = |steps: usize| position.checked_sub(steps).and_then(|at| tokens.get(at));
        let is_lent = before(1).is_some_and(|token| is_word(token, "mut"));
        match token {
            TokenTree::Group(group) => {
                let inside = group.stream();
                let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(_));
                // What a macro does with a name is not known.
                let is_of_macro =
                    before(1).is_some_and(|token| is(token, '!')) && before(2).is_some_and(is_word);
                let is_index = group.delimiter() == Delimiter::Bracket
                    && before(1).is_some_and(|token| !matches!(token, TokenTree::Punct(_)));
                let is_changed = is_of_macro || is_lent || !is_index && is_assigned(rest);
                is_changed && mentions_word(&inside, name) || may_change(&inside, name)
            }
            token if is_word(token, name) => {
                is_lent || is_assigned(rest) || is_stepped(rest) || is_receiver(rest)
            }
            _ => false,
        }
    })
}

/// `= e`.
fn is_assigned(rest: &[TokenTree]) -> bool {
    let goes_on = |token: &TokenTree| is(token, '=') || is(token, '>');
    rest.first().is_some_and(|token| is(token, '=')) && !rest.get(1).is_some_and(goes_on)
}

/// `+= e` and the like, no comparison.
fn is_stepped(rest: &[TokenTree]) -> bool {
    let is_of = |token: &TokenTree, symbols: &str| symbols.chars().any(|symbol| is(token, symbol));
    match rest {
        [a, b, c, ..] if is_of(a, "<>") && is_of(b, "<>") => is(c, '='),
        [a, b, ..] => is_of(a, "+-*/%&|^") && is(b, '='),
        _ => false,
    }
}

/// `.method(..)`.
fn is_receiver(rest: &[TokenTree]) -> bool {
    rest.first().is_some_and(|token| is(token, '.'))
        && !rest.get(1).is_some_and(|token| is(token, '.'))
}

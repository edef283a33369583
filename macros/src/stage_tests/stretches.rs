//! Long functions: rustc, which opens a scope for every `let`, is not led too deep.

use std::fmt::Write;

use syn::visit::{self, Visit};

use crate::pipeline::differentiable;

/// The most scopes inside of each other. Two and a half thousand, by hand too, are more than rustc takes with full
/// debug information.
#[derive(Default)]
struct Depth {
    now: usize,
    most: usize,
}

impl<'ast> Visit<'ast> for Depth {
    fn visit_block(&mut self, block: &'ast syn::Block) {
        let before = self.now;
        visit::visit_block(self, block);
        self.now = before;
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        self.now += 1;
        self.most = self.most.max(self.now);
    }
}

fn depth(options: &str, item: &str) -> usize {
    let tokens = |text: &str| text.parse().expect("the test's tokens");
    let generated = differentiable(tokens(options), tokens(item));
    let file = syn::parse2(generated).expect("what is generated parses");
    let mut depth = Depth::default();
    depth.visit_file(&file);
    depth.most
}

#[test]
fn many_statements_do_not_nest_as_many_scopes() {
    // Floats, arrays, a view that others look at for long, a constant that may be a reference, a branch, a statement of the user's.
    let mut body =
        "let scale = lookup(3); let first = x.row(0); let mut s = p; let mut y = x.clone();"
            .to_owned();
    for k in 0..90 {
        write!(
            body,
            "let a{k} = s.sin() * p;
             let b{k} = (&y * a{k}).sum() + first[0];
             s = if b{k} > 0.0 {{ s * 0.5 + a{k}.cos() * scale }} else {{ s - b{k} }};
             y[[0, 1]] += s * b{k};
             assert!(s < 9.0);
             let row{k} = y.row(1);
             s += row{k}.sum();"
        )
        .expect("a text takes all");
    }
    let item = format!("fn f(x: &Array2<f64>, p: f64) -> f64 {{ {body} s }}");
    let deepest = depth("", &item);
    assert!(deepest < 500, "{deepest} scopes");
}

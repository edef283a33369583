//! `CHAINRULE_DUMP=dir cargo build` writes one readable file a function.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::emit::{self, Derivatives};
use crate::graph::Graph;
use crate::source::Source;

/// What is written of one function, if anything is.
pub(crate) struct Dump {
    file: Option<PathBuf>,
    text: String,
}

impl Dump {
    /// A dump of `source`, named by crate, file and function; an empty one without the variable.
    pub(crate) fn of(source: &Source) -> Dump {
        let file = std::env::var_os("CHAINRULE_DUMP").filter(|dir| !dir.is_empty()).map(|dir| {
            let krate = std::env::var("CARGO_CRATE_NAME").unwrap_or_default();
            let span = source.name().span();
            let stem = std::path::Path::new(&span.file())
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            let line = span.start().line;
            let name = source.name();
            PathBuf::from(dir).join(format!("{krate}.{stem}.{name}.{line}.rs"))
        });
        Dump { file, text: String::new() }
    }

    /// Adds a graph, as comments.
    pub(crate) fn stage(&mut self, title: &str, graph: &Graph) {
        if self.file.is_none() {
            return;
        }
        let _ = writeln!(self.text, "// ---- {title}");
        for line in graph.to_string().lines() {
            let _ = writeln!(self.text, "// {line}");
        }
        self.text.push('\n');
    }

    /// Adds the generated code and writes the file. A directory that cannot be written is the
    /// user's to see, and no reason to fail the build.
    pub(crate) fn finish(mut self, source: &Source, derivatives: &Derivatives) {
        let Some(file) = &self.file else { return };
        let code = format_code(emit::readable(source, derivatives));
        self.text = format!("{code}\n{}", self.text);
        let written = file
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(file, &self.text));
        if let Err(error) = written {
            eprintln!("chainrule: cannot write {}: {error}", file.display());
        }
    }
}

/// Generated code as a person would format it, with the runtime's functions by their bare names.
pub(crate) fn format_code(tokens: proc_macro2::TokenStream) -> String {
    let plain = match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => {
            // A method stands in no file by itself.
            let in_impl = quote::quote!(impl X { #tokens });
            match syn::parse2::<syn::File>(in_impl) {
                Ok(file) => prettyplease::unparse(&file),
                Err(_) => tokens.to_string(),
            }
        }
    };
    plain.replace("chainrule::rt::", "rt::")
}

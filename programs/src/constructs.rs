//! The constructs that are generated, counted and switched by name.

/// Every construct, as `--constructs` names it.
pub(crate) const NAMES: &[&str] = &[
    // Bindings.
    "let",
    "mut",
    "shadowing",
    "tuple_pattern",
    "list_pattern",
    "struct_pattern",
    "late",
    // Expressions.
    "arithmetic",
    "broadcasting",
    "method",
    "max_min",
    "tie",
    "unused",
    "block_value",
    "block_label",
    "if_value",
    "if_let",
    "let_else",
    "match_value",
    "guard",
    "guard_jump",
    "range_pattern",
    "or_pattern",
    "binding_pattern",
    "short_circuit",
    "cast",
    "tuple",
    "list",
    "vec",
    "array",
    "struct",
    "option",
    "projection",
    "element",
    "element_2d",
    "nested_place",
    "part",
    "repeat",
    "from_elem",
    "row_or_column",
    "sum",
    "dot",
    "matrix_product",
    // Branches and loops.
    "if",
    "else_if",
    "match",
    "for_range",
    "inclusive",
    "rev",
    "step_by",
    "rev_step_by",
    "for_each",
    "for_iter",
    "for_rev",
    "enumerate",
    "zip",
    "windows",
    "chunks",
    "rows",
    "columns",
    "outer_iter",
    "axis_iter",
    "while",
    "loop",
    "active_trip_count",
    "loop_value",
    // Exits.
    "break",
    "break_label",
    "break_value",
    "continue",
    "continue_label",
    "return",
    "return_in_loop",
    // Writes.
    "assign",
    "compound",
    "tuple_assign",
    "mem_swap",
    "mem_replace",
    "mem_take",
    "lent_mutably",
    "lent_to_a_loop",
    "closure_writes",
    "chain_writes",
    "write_element",
    "write_element_2d",
    "write_nested",
    "write_field",
    "swap_elements",
    "push",
    "pop",
    "split_mutably",
    "assign_array",
    "fill",
    "scaled_add",
    "mapv_inplace",
    "zip_mut_with",
    "array_compound",
    "slice_mut",
    "row_mut",
    "changed_constant",
    "counter",
    // Closures and chains.
    "closure",
    "closure_statements",
    "closure_return",
    "mapv",
    "mapv_named",
    "chain_sum",
    "chain_product",
    "chain_fold",
    "chain_collect",
    "chain_range",
    "chain_zip",
    "chain_enumerate",
    "chain_windows",
    "chain_rows",
    "chained",
    "filter",
    "take_while",
    "skip_while",
    "filter_map",
    "map_while",
    "flat_map",
    "chain_reduce",
    "chain_last",
    "chain_extreme",
    "from_iter",
    "from_shape_fn",
    // Operations on whole arrays.
    "slice",
    "backwards",
    "transpose",
    "diag",
    "index_axis",
    "select",
    "sum_axis",
    "mean_axis",
    "cumsum",
    "softmax",
    "logsumexp",
    "reshape",
    "broadcast",
    "concatenate",
    "stack",
    "mean",
    "norm",
    "amax",
    "array_product",
    "zip_map",
    // Items.
    "const_item",
    "local_function",
    "assert",
    // Options.
    "option_map",
    "option_map_or",
    "unwrap_or",
    "option_changed",
    // Calls.
    "call",
    "call_by_reference",
    "call_slice",
    "call_gives_parts",
    "method_call",
    "recursion",
    "argument_changed",
];

/// Which constructs are generated.
#[derive(Clone, Debug)]
pub(crate) struct Switches {
    off: Vec<&'static str>,
}

impl Switches {
    /// From a list such as `if,for_range` or `-recursion,-push`; `all` where it is empty.
    ///
    /// # Errors
    /// The name that no construct has.
    pub(crate) fn read(list: &str) -> Result<Self, String> {
        let mut named = Vec::new();
        let mut only = false;
        for word in list.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "all")
        {
            let bare = word.strip_prefix('-').unwrap_or(word);
            only |= bare == word;
            let known = NAMES.iter().find(|name| **name == bare);
            named.push(*known.ok_or_else(|| format!("no construct is called `{bare}`"))?);
        }
        let off = if only {
            NAMES.iter().copied().filter(|name| !named.contains(name)).collect()
        } else {
            named
        };
        Ok(Self { off })
    }

    pub(crate) fn on(&self, name: &str) -> bool {
        debug_assert!(NAMES.contains(&name), "{name}");
        !self.off.contains(&name)
    }
}

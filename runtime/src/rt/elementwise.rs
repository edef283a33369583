//! Elementwise operations on floats, made from the compiler's table.

chainrule_macros::__elementwise_functions! {}

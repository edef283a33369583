//! Elementwise operations as methods, made from the compiler's table.

chainrule_macros::__elementwise_methods! {}

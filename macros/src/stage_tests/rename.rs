//! Names in the user's tokens that stand for something else.

use quote::quote;

use crate::lower::rename;

#[test]
fn what_is_bound_keeps_its_name() {
    let names = [("x".to_owned(), quote!((*y))), ("__chainrule".to_owned(), quote!(::krate))];
    let names = names.into_iter().collect();
    for (before, after) in [
        (quote!(x + a.x), quote!((*y) + a.x)),
        (
            quote!({
                let x = x + 1.0;
                x
            }),
            quote!({
                let x = (*y) + 1.0;
                x
            }),
        ),
        (
            quote!(match x {
                _ if x[0] > 1.0 => 0,
                x => x,
            }),
            quote!(match (*y) {
                _ if (*y)[0] > 1.0 => 0,
                x => x,
            }),
        ),
        (quote!(S { x: x }.x), quote!(S { x: (*y) }.x)),
        (quote!(S { x }), quote!(S { x: (*y) })),
        (quote!(|x| x), quote!(|x| x)),
        (
            quote!(for x in x {
                x;
            }),
            quote!(for x in (*y) {
                x;
            }),
        ),
        (
            quote!(if let Some(x) = x { x } else { x }),
            quote!(if let Some(x) = (*y) { x } else { (*y) }),
        ),
        (quote!(let x = x; f(x);), quote!(let x = (*y); f(x);)),
        (quote!(f!(x, x.x)), quote!(f!((*y), (*y).x))),
        (quote!(__chainrule::array![x]), quote!(::krate::array![(*y)])),
    ] {
        assert_eq!(rename(before, &names).to_string(), after.to_string());
    }
}

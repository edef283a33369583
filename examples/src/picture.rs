//! Images in the terminal.

use chainrule::ndarray::ArrayView1;

use crate::digits::SIDE;

/// Several images side by side with a caption under each, ready to print.
///
/// A character shows one pixel above another (as an upper and a lower half block), so that pixels
/// are about square.
pub fn row(images: &[ArrayView1<'_, f32>], captions: &[String]) -> String {
    let gap = "    ";
    let mut lines: Vec<String> = (0..SIDE / 2)
        .map(|line| {
            let image = |image: &ArrayView1<'_, f32>| -> String {
                let (upper, lower) = (2 * line * SIDE, (2 * line + 1) * SIDE);
                (0..SIDE).map(|column| cell(image[upper + column], image[lower + column])).collect()
            };
            images.iter().map(image).collect::<Vec<_>>().join(gap)
        })
        .collect();
    let captions: Vec<String> = captions.iter().map(|text| format!("{text:^SIDE$}")).collect();
    lines.push(captions.join(gap));
    lines.join("\n")
}

/// The character for a pixel above another.
fn cell(upper: f32, lower: f32) -> char {
    const INK: f32 = 0.4;
    match (upper > INK, lower > INK) {
        (false, false) => ' ',
        (true, false) => '▀',
        (false, true) => '▄',
        (true, true) => '█',
    }
}

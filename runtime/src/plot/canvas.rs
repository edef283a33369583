//! From a picture to a file, of either kind.

use std::io;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::TextStyle;

use crate::replace::replace_named;

/// What goes wrong where the backend does.
pub(super) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

pub(super) const INK: RGBColor = RGBColor(51, 51, 51);
pub(super) const GRID: RGBColor = RGBColor(229, 229, 229);
/// Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008).
pub(super) const COLORS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// The colour of a class or a curve.
pub(super) fn color(index: usize) -> RGBColor {
    COLORS[index % COLORS.len()]
}

/// An area to draw on, in which a length of 1 is `scale` pixels.
pub(super) struct Canvas<'a, B: DrawingBackend> {
    pub(super) area: &'a DrawingArea<B, Shift>,
    scale: u32,
}

impl<'a, B: DrawingBackend> Canvas<'a, B> {
    /// A chart with its title and names along both axes, and so much room on the right and for the
    /// labels on the left.
    pub(super) fn chart(&self, title: &str, right: u32, left: u32) -> ChartBuilder<'a, 'static, B> {
        let mut chart = ChartBuilder::on(self.area);
        chart
            .caption(title, self.text(19))
            .margin(self.px(16))
            .margin_right(self.px(right))
            .x_label_area_size(self.px(46))
            .y_label_area_size(self.px(left));
        chart
    }

    pub(super) fn px(&self, length: u32) -> u32 {
        self.scale * length
    }

    pub(super) fn text(&self, size: u32) -> TextStyle<'static> {
        ("sans-serif", self.px(size)).into_font().color(&INK)
    }
}

/// What can be drawn on any backend.
pub(super) trait Picture {
    /// Width and height, before scaling.
    const SIZE: (u32, u32);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B>;
}

/// A whole SVG document.
pub(super) fn svg<P: Picture>(picture: &P) -> String {
    #[cfg(feature = "png")]
    font::register();
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, P::SIZE).into_drawing_area();
    let drawn = area
        .fill(&WHITE)
        .and_then(|()| picture.draw(&Canvas { area: &area, scale: 1 }))
        .and_then(|()| area.present());
    // A `String` takes every write, and the font is named alone or registered above.
    drawn.expect("drawing into memory does not fail");
    drop(area);
    svg
}

/// A whole PNG file, with two pixels to a length of 1.
#[cfg(feature = "png")]
pub(super) fn png<P: Picture>(picture: &P) -> Vec<u8> {
    const SCALE: u32 = 2;
    font::register();
    let (width, height) = (SCALE * P::SIZE.0, SCALE * P::SIZE.1);
    let mut pixels = vec![0; 3 * width as usize * height as usize];
    let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
    let drawn = area
        .fill(&WHITE)
        .and_then(|()| picture.draw(&Canvas { area: &area, scale: SCALE }))
        .and_then(|()| area.present());
    drawn.expect("drawing into memory does not fail");
    drop(area);

    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut file| file.write_image_data(&pixels));
    written.expect("a `Vec` takes every write, and there are as many pixels as the header says");
    bytes
}

/// Writes the kind of file that the name asks for.
pub(super) fn save<P: Picture>(picture: &P, path: &Path) -> io::Result<()> {
    let is_png = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    if !is_png {
        return replace_named(path, svg(picture).as_bytes());
    }
    #[cfg(feature = "png")]
    return replace_named(path, &png(picture));
    #[cfg(not(feature = "png"))]
    Err(io::Error::new(io::ErrorKind::Unsupported, "PNG needs the feature `png` of chainrule"))
}

/// The font of PNG pictures, with which SVG ones are measured too where both are built.
#[cfg(feature = "png")]
mod font {
    use std::sync::Once;

    use plotters::style::{FontStyle, register_font};

    pub(super) fn register() {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| {
            let bytes = include_bytes!("font/DejaVuSans-subset.ttf");
            let registered = register_font("sans-serif", FontStyle::Normal, bytes);
            assert!(registered.is_ok(), "the embedded font is whole");
        });
    }
}

/// What every picture can be made into.
macro_rules! picture {
    ($picture:ty) => {
        impl $picture {
            /// The picture as SVG. Its font is named, not embedded: it is the viewer's sans-serif.
            pub fn to_svg(&self) -> String {
                crate::plot::canvas::svg(self)
            }

            /// The picture as PNG, in twice the size of the SVG, with the embedded font DejaVu Sans.
            #[cfg(feature = "png")]
            pub fn to_png(&self) -> Vec<u8> {
                crate::plot::canvas::png(self)
            }

            /// Writes the picture to a file: PNG if its name ends in `.png`, else SVG.
            ///
            /// # Errors
            /// If the file cannot be written, or PNG is asked for without the feature `png`.
            pub fn save(&self, path: impl AsRef<std::path::Path>) -> std::io::Result<()> {
                crate::plot::canvas::save(self, path.as_ref())
            }
        }
    };
}
pub(super) use picture;

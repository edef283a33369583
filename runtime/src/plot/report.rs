//! One page about a training, with all of its pictures.

use std::fmt::Write;
use std::io;
use std::path::Path;

use crate::replace::replace_named;

/// A page of HTML that needs no other file: texts, numbers and pictures, in the order in which they are
/// added.
///
/// ```
/// use chainrule::plot::{LossPlot, Report};
/// let losses = LossPlot::new("losses").curve("training", [1.0, 0.5, 0.4]);
/// let html = Report::new("A small training")
///     .text("64 hidden units, Adam & a rate of 0.01.")
///     .table(["seed", "loss"], [["0", "0.4"], ["1", "0.41"]])
///     .picture("How the loss fell", losses.to_svg())
///     .to_html();
/// assert!(html.contains("Adam &amp; a rate") && html.contains("<svg"));
/// ```
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    body: String,
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#333;max-width:60rem;margin:2rem \
     auto;padding:0 1rem}h1{font-size:1.6rem}figure{margin:2rem 0}figcaption{color:#666}svg{max-width:\
     100%;height:auto}table{border-collapse:collapse;margin:1.5rem 0;font-variant-numeric:tabular-nums}\
     th,td{padding:.2rem .8rem;border-bottom:1px solid #e5e5e5;text-align:right}th:first-child,\
     td:first-child{text-align:left}";

impl Report {
    /// A page with a title and nothing else.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), body: String::new() }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.put(format_args!("<p>{}</p>\n", Escaped(text)));
        self
    }

    /// Adds a picture with a line below it; `svg` is what a picture's `to_svg` gives, and is trusted.
    #[must_use]
    pub fn picture(mut self, caption: &str, svg: impl AsRef<str>) -> Self {
        let (svg, caption) = (svg.as_ref(), Escaped(caption));
        self.put(format_args!("<figure>\n{svg}<figcaption>{caption}</figcaption>\n</figure>\n"));
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table<R>(
        mut self,
        header: impl IntoIterator<Item = impl AsRef<str>>,
        rows: impl IntoIterator<Item = R>,
    ) -> Self
    where
        R: IntoIterator<Item: AsRef<str>>,
    {
        self.put(format_args!("<table>\n<tr>"));
        for cell in header {
            self.put(format_args!("<th>{}</th>", Escaped(cell.as_ref())));
        }
        for row in rows {
            self.put(format_args!("</tr>\n<tr>"));
            for cell in row {
                self.put(format_args!("<td>{}</td>", Escaped(cell.as_ref())));
            }
        }
        self.put(format_args!("</tr>\n</table>\n"));
        self
    }

    /// Adds what a training recorded: its loss curves, and its first, best and last epochs as a table.
    #[cfg(feature = "train")]
    #[must_use]
    pub fn history(self, history: &crate::train::History) -> Self {
        let mut plot = super::LossPlot::new("Loss").curve("training", history.losses());
        let validation = history.validation_losses();
        if !validation.is_empty() {
            plot = plot.curve("validation", validation);
        }
        let (Some(first), Some(last)) = (history.epochs.first(), history.epochs.last()) else {
            return self.text("The training ended in its first epoch.");
        };
        let mut header = vec!["epoch".to_owned(), "loss".to_owned()];
        header.extend(last.validation_loss.map(|_| "validation".to_owned()));
        header.extend(last.metrics.iter().map(|(name, _)| name.clone()));
        header.extend(["rate".to_owned(), "seconds".to_owned()]);
        let row = |name: &str, number: usize| {
            let epoch = &history.epochs[number - 1];
            let mut cells = vec![format!("{name}, {number}"), super::axis::short(epoch.loss)];
            cells.extend(epoch.validation_loss.map(super::axis::short));
            cells.extend(epoch.metrics.iter().map(|(_, value)| format!("{value:.4}")));
            cells.extend([format!("{:.3e}", epoch.learning_rate), format!("{:.2}", epoch.seconds)]);
            cells
        };
        let mut rows = vec![row("first", first.number)];
        rows.extend(history.best.map(|best| row("best", best)));
        rows.push(row("last", last.number));
        let seconds = history.seconds();
        let caption = format!("{} epochs in {seconds:.2} seconds.", history.epochs.len());
        self.picture(&caption, plot.to_svg()).table(header, rows)
    }

    /// The page.
    pub fn to_html(&self) -> String {
        let title = Escaped(&self.title);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{}</body>\n</html>\n",
            self.body
        )
    }

    /// Writes the page to a file, which is replaced as a whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        replace_named(path.as_ref(), self.to_html().as_bytes())
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.body.write_fmt(text).expect("a `String` takes every write");
    }
}

/// A text in which no character is markup.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => formatter.write_str("&amp;"),
            '<' => formatter.write_str("&lt;"),
            '>' => formatter.write_str("&gt;"),
            '"' => formatter.write_str("&quot;"),
            other => formatter.write_char(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_markup() {
        let evil = "<script>\"&\"</script>";
        let html = Report::new(evil).text(evil).table([evil], [[evil]]).picture(evil, "<svg/>");
        let html = html.to_html();
        assert_eq!(html.matches("&lt;script&gt;&quot;&amp;&quot;&lt;/script&gt;").count(), 6);
        assert!(!html.contains("<script") && html.contains("<svg/>"));
    }

    #[cfg(feature = "train")]
    #[test]
    fn a_history_shows_its_best_epoch() {
        use crate::optim::Sgd;
        use crate::train::Trainer;
        let history = Trainer::new(5)
            .quiet()
            .metric("distance", |x: &f64, _: &Vec<f64>| (x - 2.0).abs())
            .minimise("distance")
            .fit(&mut 4.0, &mut Sgd::new(1.0), &vec![0.0], |x, _| (*x, 1.0))
            .unwrap();
        let html = Report::new("r").history(&history).to_html();
        for text in ["first, 1", "best, 2", "last, 5", "distance", "5 epochs", "<svg"] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }
}

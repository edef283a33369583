//! Every picture of every kind of data.

use ndarray::{Array2, array};

use super::*;

#[test]
fn a_plot_names_its_curves() {
    let svg = LossPlot::new("digits & letters")
        .curve("training", [1.0, 0.1, 0.01])
        .curve("validation", [1.1, 0.3])
        .to_svg();
    for text in ["digits &amp; letters", "training", "validation", "epoch", "loss"] {
        assert!(svg.contains(text), "{text} in {svg}");
    }
}

/// The document is whole, and every number in it is one.
fn check(svg: &str) {
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn every_list_of_losses_has_a_picture() {
    let nan = f64::NAN;
    for losses in [
        vec![],
        vec![0.5],
        vec![0.0, 0.0],
        vec![nan],
        vec![1.0, nan, 0.5, f64::INFINITY],
        vec![-3.0, 1e6],
        vec![1e-300, 1e300],
        vec![1e-320; 3],
        vec![f64::MAX, f64::MIN],
    ] {
        check(&LossPlot::new("losses").curve("loss", losses).to_svg());
    }
}

#[test]
fn every_list_of_points_has_a_picture() {
    let nan = f64::NAN;
    for (x, y) in [
        (vec![], vec![]),
        (vec![0.5], vec![-0.5]),
        (vec![1.0, 1.0], vec![0.0, 0.0]),
        (vec![nan, 1.0, 2.0], vec![1.0, nan, 3.0]),
        (vec![-1e300, 0.0, f64::INFINITY], vec![1e-320, 0.0, 1e9]),
        (vec![0.0, 1e-9], vec![-1e6, 1e6]),
    ] {
        let plot = LinePlot::new("points").curve("line", x.clone(), y.clone()).points("dots", x, y);
        check(&plot.to_svg());
        check(&plot.logarithmic().to_svg());
    }
}

#[test]
#[should_panic(expected = "LinePlot::points: there are 1 of y and more of x")]
fn every_point_has_a_height() {
    let _ = LinePlot::new("").points("", [1.0, 2.0], [1.0]);
}

#[test]
fn every_matrix_of_counts_has_a_picture() {
    for classes in [0, 1, 2, 10, 40] {
        let counts = Array2::from_shape_fn((classes, classes), |(i, j)| 12345 / (1 + i + 3 * j));
        check(&ConfusionPlot::new("counts", &counts).to_svg());
    }
    check(&ConfusionPlot::new("none", &Array2::zeros((3, 3))).to_svg());
}

#[test]
#[should_panic(expected = "ConfusionPlot: 1 names for 2 classes")]
fn every_class_has_a_name() {
    let _ = ConfusionPlot::new("", &Array2::zeros((2, 2))).classes(["one"]);
}

#[test]
fn every_cloud_has_a_picture() {
    let nan = f64::NAN;
    for (truth, predicted) in [
        (vec![], vec![]),
        (vec![1.0], vec![1.0]),
        (vec![1e8, 2e8], vec![-1e8, nan]),
        (vec![f64::MAX, 0.0, f64::INFINITY], vec![f64::MIN, 0.0, 1.0]),
    ] {
        check(&PredictionPlot::new("cloud", truth.clone(), predicted.clone()).to_svg());
        let points = Array2::from_shape_fn((truth.len(), 2), |(i, j)| [&truth, &predicted][j][i]);
        let labels: Vec<usize> = (0..truth.len()).collect();
        let classify = |points: &Array2<f64>| {
            points.rows().into_iter().map(|row| usize::from(row[0] > row[1])).collect()
        };
        check(&BoundaryPlot::new("plane", &points, &labels, classify).to_svg());
        check(&RocPlot::new("roc").curve("c", truth.into_iter().zip(predicted)).to_svg());
    }
}

#[test]
#[should_panic(expected = "PredictionPlot: 2 true values or more, 1 predicted ones")]
fn every_value_has_a_prediction() {
    PredictionPlot::new("", [1.0, 2.0, 3.0], [1.0]);
}

#[test]
fn the_boundary_lies_where_the_classes_meet() {
    let points = array![[0.0, 0.0], [1.0, 1.0]];
    let classify =
        |points: &Array2<f64>| points.column(0).iter().map(|x| usize::from(*x > 0.5)).collect();
    let plot = BoundaryPlot::new("half", &points, &[0, 1], classify).axes("a", "b");
    // Two rectangles a row of cells, and nothing between them.
    assert_eq!(plot.to_svg().matches("<rect").count(), 2 * 140 + 1);
}

#[test]
fn the_name_of_a_file_says_what_it_is() {
    let folder = std::env::temp_dir().join(format!("chainrule-plot-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let plot = LossPlot::new("losses").curve("loss", [1.0, 0.5]);
    plot.save(folder.join("loss.svg")).unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("loss.svg")).unwrap(), plot.to_svg());
    let png = plot.save(folder.join("loss.PNG"));
    if cfg!(feature = "png") {
        png.unwrap();
        assert!(std::fs::read(folder.join("loss.PNG")).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    } else {
        assert!(png.unwrap_err().to_string().contains("feature `png`"));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// The pixels of a PNG picture, as many as it says.
#[cfg(feature = "png")]
#[test]
fn png_pictures_have_all_their_pixels() {
    let plot = LossPlot::new("Größe λ, ∑").curve("loss", [1.0, 0.5, 0.2]);
    let bytes = plot.to_png();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (1440, 864));
    let share = |color: [u8; 3]| {
        pixels.chunks(3).filter(|pixel| **pixel == color).count() as f64 / (1440.0 * 864.0)
    };
    assert!(share([255, 255, 255]) > 0.8 && share([0, 114, 178]) > 1e-3);
    // The title is written: there is ink in the upper eighth.
    assert!(pixels[..pixels.len() / 8].chunks(3).any(|pixel| pixel == [51, 51, 51]));
}

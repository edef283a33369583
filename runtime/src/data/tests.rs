//! Files that are whole, and files that are not.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ndarray::{Array2, Ix1, Ix2, Ix3, IxDyn, array};

use super::*;

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn table(csv: &str) -> Result<Table, Error> {
    Table::from_bytes("t.csv", csv.as_bytes())
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_table_is_read_plain_and_compressed() {
    let csv = "\u{feff}a,\"b, c\",d\r\n1, 2.5 ,x\r\n-3e2,4,\"y\nz\"\r\n";
    let plain = table(csv).unwrap();
    assert_eq!(plain.names(), ["a", "b, c", "d"]);
    assert_eq!(plain.row_count(), 2);
    assert_eq!(plain.numbers::<f64>(&["b, c", "a"]).unwrap(), array![[2.5, 1.0], [4.0, -300.0]]);
    assert_eq!(plain.number::<f32>("a").unwrap(), array![1.0, -300.0]);
    assert_eq!(plain.column("d").unwrap(), ["x", "y\nz"]);
    assert_eq!(Table::from_bytes("t.csv", &compressed(csv.as_bytes())).unwrap(), plain);

    let path = std::env::temp_dir().join(format!("chainrule-table-{}.csv.gz", std::process::id()));
    fs::write(&path, compressed(csv.as_bytes())).unwrap();
    assert_eq!(Table::read(&path).unwrap().columns_for_test(), plain.columns_for_test());
    fs::remove_file(path).unwrap();
}

impl Table {
    fn columns_for_test(&self) -> Vec<&[String]> {
        self.names().iter().map(|name| self.column(name).unwrap()).collect()
    }
}

#[test]
fn a_broken_table_says_where() {
    let two = table("a,b\n1,2\n\"x\ny\",4\n5,\n").unwrap();
    let number = |name| message(two.number::<f64>(name));
    assert_eq!(number("a"), "t.csv, line 3: `a` is \"x\\ny\", which is no number");
    assert_eq!(number("b"), "t.csv, line 5: `b` is \"\", which is no number");
    assert_eq!(number("c"), "t.csv: there is no column `c`, only a, b");
    assert_eq!(two.numbers_or(&["b"], -1.0).unwrap(), array![[2.0], [4.0], [-1.0]]);
    assert_eq!(message(table("a,b\n1,2\n3\n")), "t.csv, line 3: 1 cells, and the header has 2");
    assert_eq!(message(table("a,b,a\n")), "t.csv, line 1: two columns are called `a`");
    assert!(message(table("a\nNaN\n").unwrap().number::<f64>("a")).contains("no number"));
    let latin = Table::from_bytes("t.csv", b"a\nok\nAl\xe9s\n");
    assert!(message(latin).starts_with("t.csv, line 3: invalid utf-8"));
    assert!(message(Table::read("no such file.csv")).starts_with("no such file.csv: "));
    // A compressed file that ends early is no short table.
    let whole = compressed("a\n1\n2\n".as_bytes());
    assert!(Table::from_bytes("t.csv.gz", &whole[..whole.len() - 6]).is_err());
}

#[test]
fn categories_stay_the_same_for_other_rows() {
    let cells = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let categories = Categories::of(&cells("red blue red green"));
    assert_eq!(categories.names(), ["blue", "green", "red"]);
    assert_eq!(categories.indices(&cells("green pink red")), [Some(1), None, Some(2)]);
    let one_hot: Array2<f32> = categories.one_hot(&cells("green pink red"));
    assert_eq!(one_hot, array![[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
}

#[test]
fn standard_columns_have_mean_0_and_deviation_1() {
    let rows = Array2::from_shape_fn((1000, 3), |(i, j)| match j {
        0 => 100_000.0 + (i % 2) as f32 * 2.0,
        1 => 0.1,
        _ => i as f32,
    });
    let standard = Standard::of(&rows);
    let applied = standard.apply(&rows);
    for row in applied.rows() {
        assert!(row[0].abs() == 1.0 && row[1].abs() < 1e-6, "{row}");
    }
    assert!(applied.column(2).mean().unwrap().abs() < 1e-5);
    assert!((applied.column(2).std(0.0) - 1.0).abs() < 1e-5);
    assert!((standard.undo(&applied) - rows).iter().all(|error| error.abs() < 1e-3));
}

#[test]
#[should_panic(expected = "Standard::apply: 2 columns do not fit the 1 known")]
fn standard_columns_are_as_many() {
    Standard::of(&array![[1.0]]).apply(&array![[1.0, 2.0]]);
}

#[test]
fn idx_of_every_type() {
    let header = |code: u8| vec![0, 0, code, 1, 0, 0, 0, 2];
    let with = |code, elements: &[u8]| [header(code), elements.to_vec()].concat();
    let read = |bytes: &[u8]| idx_from_bytes::<f64, Ix1>("i", bytes).unwrap();
    assert_eq!(read(&with(0x08, &[1, 255])), array![1.0, 255.0]);
    assert_eq!(read(&with(0x09, &[1, 255])), array![1.0, -1.0]);
    assert_eq!(read(&with(0x0b, &[1, 0, 255, 255])), array![256.0, -1.0]);
    assert_eq!(read(&with(0x0c, &[0, 1, 0, 0, 255, 255, 255, 254])), array![65536.0, -2.0]);
    let floats = [0.5_f32.to_be_bytes(), (-3.0_f32).to_be_bytes()].concat();
    assert_eq!(read(&with(0x0d, &floats)), array![0.5, -3.0]);
    let doubles = [0.1_f64.to_be_bytes(), (-1e300_f64).to_be_bytes()].concat();
    assert_eq!(read(&with(0x0e, &doubles)), array![0.1, -1e300]);
    assert_eq!(read(&compressed(&with(0x08, &[7, 8]))), array![7.0, 8.0]);
    let labels = idx_from_bytes::<usize, IxDyn>("i", &with(0x08, &[7, 8])).unwrap();
    assert_eq!(labels, array![7, 8].into_dyn());
}

#[test]
fn a_broken_idx_file_says_where() {
    let read = |bytes: &[u8]| message(idx_from_bytes::<u8, Ix2>("i", bytes));
    assert!(read(b"PNG").starts_with("i, byte 0: an IDX file begins"));
    assert_eq!(read(&[0, 0, 7, 2]), "i, byte 2: 0x07 is no type of IDX");
    assert_eq!(read(&[0, 0, 8, 3]), "i, byte 3: the array has 3 axes, and 2 are expected");
    assert_eq!(read(&[0, 0, 8, 2, 0, 0]), "i, byte 6: it ends here, before the 2 lengths do");
    let huge = [0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255];
    assert!(message(idx_from_bytes::<u8, Ix3>("i", &huge)).ends_with("end beyond any file"),);
    // One too many is no good either.
    let long = [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6];
    assert!(read(&long).starts_with("i, byte 14: it ends here, and [1, 1] elements of 1 byte"));
    let negative = [0, 0, 9, 2, 0, 0, 0, 1, 0, 0, 0, 1, 255];
    assert_eq!(read(&negative), "i, byte 12: -1 does not fit the type asked for");
}

#[test]
fn a_truncated_numpy_file_is_refused_at_every_length() {
    let path = std::env::temp_dir().join(format!("chainrule-npy-{}.npy", std::process::id()));
    let value = array![[1.0_f32, 2.0], [3.0, 4.0]];
    write_npy(&path, &value.t()).unwrap();
    assert_eq!(read_npy::<f32, Ix2>(&path).unwrap(), value.t());
    assert!(read_npy::<f32, Ix1>(&path).is_err());
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let error = read_npy::<f32, Ix2>(&path).unwrap_err();
        assert_eq!(error.path, path, "{length} bytes: {error}");
    }
    fs::remove_file(path).unwrap();
}

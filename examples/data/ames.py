"""Makes ames.csv.gz of the Debian package r-cran-modeldata 1.1.0-1.

    apt-get download r-cran-modeldata && dpkg-deb -x r-cran-modeldata*.deb package
    pip install rdata pandas && python examples/data/ames.py package

R keeps the table `ames` in a database: in Rdata.rdx the place of each value, in Rdata.rdb the values,
each with its length, a letter for the compression and the compressed bytes.
"""

import gzip
import lzma
import pathlib
import sys

import rdata

DATABASE = "usr/lib/R/site-library/modeldata/data/Rdata"


def main(package):
    database = pathlib.Path(package) / DATABASE
    index = rdata.read_rds(database.with_suffix(".rdx"))
    offset, length = map(int, index["variables"]["ames"])
    value = database.with_suffix(".rdb").read_bytes()[offset : offset + length]
    assert value[4:5] == b"Z", "compressed with LZMA"
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9}]
    value = lzma.decompress(value[5:], format=lzma.FORMAT_RAW, filters=filters)
    table = rdata.conversion.convert(rdata.parser.parse_data(value))
    assert table.shape == (2930, 74)
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    # Without a time, so that the file is the same whenever it is made.
    path = pathlib.Path(__file__).with_name("ames.csv.gz")
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])

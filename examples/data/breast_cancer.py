"""Makes breast_cancer.csv.gz of the file in scikit-learn's wheel: names its columns and classes.

    pip install scikit-learn && python examples/data/breast_cancer.py
"""

import csv
import gzip
import io
import pathlib

from sklearn.datasets import load_breast_cancer


def main():
    data = load_breast_cancer()
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([name.replace(" ", "_") for name in data.feature_names] + ["diagnosis"])
    for features, target in zip(data.data.tolist(), data.target):
        rows.writerow(["%.10g" % feature for feature in features] + [data.target_names[target]])
    # Without a time, so that the file is the same whenever it is made.
    path = pathlib.Path(__file__).with_name("breast_cancer.csv.gz")
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


if __name__ == "__main__":
    main()

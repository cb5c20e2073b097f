#!/usr/bin/env python3
"""scikit-learn's histogram trees on a matrix of `tipoff-benchmarks trees`: `bench_trees_peer.py MATRIX COLUMNS`.

For every line on standard input they are trained anew, as many and as deep as Tipoff's, and the milliseconds printed.
"""

import sys
import time

import numpy
from sklearn.ensemble import HistGradientBoostingRegressor

path, columns = sys.argv[1:]
matrix = numpy.fromfile(path, dtype=numpy.float32).reshape(-1, int(columns))
features, labels = matrix[:, :-1], matrix[:, -1].astype(numpy.float64)
for _ in sys.stdin:
    start = time.perf_counter()
    HistGradientBoostingRegressor(
        max_iter=200, max_depth=3, learning_rate=0.05, l2_regularization=10, min_samples_leaf=50, max_bins=63,
        early_stopping=False).fit(features, labels)
    print((time.perf_counter() - start) * 1000, flush=True)

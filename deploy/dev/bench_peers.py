#!/usr/bin/env python3
"""The rolling figures by polars or pandas: `bench_peers.py polars|pandas ROWS RESULTS`.

For every line on standard input all figures are computed anew and the milliseconds printed. The results of the last round
are written as `tipoff-benchmarks rolling` writes them.
"""

import sys
import time

import numpy

# The last stands for the season, which is shorter.
WINDOWS = (5, 10, 1000)


def polars_round(path):
    import polars

    frame = polars.read_csv(path)
    frame = frame.with_columns(polars.col(name).cast(polars.Float64) for name in frame.columns[2:])
    expressions = []
    for name in frame.columns[2:]:
        before = polars.col(name).shift(1)
        for window in WINDOWS:
            expressions.append(before.rolling_mean(window, min_samples=1).over("player").alias(f"{name}_mean_{window}"))
            expressions.append(before.rolling_std(window, min_samples=2).over("player").alias(f"{name}_std_{window}"))

    def compute():
        result = frame.select(expressions)
        return lambda: [column.fill_null(float("nan")).to_numpy() for column in result.get_columns()]

    return compute


def pandas_round(path):
    import pandas

    frame = pandas.read_csv(path)
    names = frame.columns[2:]

    def compute():
        groups = frame.groupby("player", sort=False)
        columns = []
        for name in names:
            before = groups[name].shift(1).groupby(frame["player"], sort=False)
            for window in WINDOWS:
                columns.append(before.rolling(window, min_periods=1).mean().to_numpy())
                columns.append(before.rolling(window, min_periods=2).std().to_numpy())
        return lambda: columns

    return compute


peer, rows, results = sys.argv[1:]
compute = {"polars": polars_round, "pandas": pandas_round}[peer](rows)
columns = None
for _ in sys.stdin:
    start = time.perf_counter()
    columns = compute()
    print((time.perf_counter() - start) * 1000, flush=True)
numpy.concatenate(columns()).astype(numpy.float64).tofile(results)

"""The figures of functions: rolling features, change detection, training and predictions. They need the release build and no stack."""

import json
import os
import random
import statistics
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

ROWS = 100_000
ROUNDS = 7
# pandas takes values out of its running sums again, and loses more digits by it: polars differs from it as much.
TOLERANCE = {"polars": 1e-9, "pandas": 1e-8}
# What the peers are; installed from PyPI into an environment of their own beside the run's files.
PEERS = ["polars==2.1.0", "pandas==3.1.1", "numpy==2.4.6"]


def write_rows(path, seed=7):
    """Seasons of 20 to 82 games with five figures as the tables hold them: whole numbers and four decimals, of which one
    in ten is missing in two of them."""
    generator = random.Random(seed)
    first = date(2023, 10, 24)
    figure = lambda high: f"{generator.uniform(0, high):.4f}"
    maybe = lambda text: "" if generator.random() < 0.1 else text
    with open(path, "w") as file:
        file.write("player,date,points,minutes,usage,shooting,rebounds\n")
        left, player = ROWS, 0
        while left:
            games = min(left, generator.randint(20, 82))
            for game in range(games):
                file.write(f"{player},{first + timedelta(days=2 * game)},{generator.randint(0, 50)},{figure(48)},"
                           f"{maybe(figure(40))},{maybe(figure(1.5))},{generator.randint(0, 20)}\n")
            left, player = left - games, player + 1


class Rounds:
    """A process that measures once for every line that it is given."""

    def __init__(self, command, **environment):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})

    def measure(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.process.args} ended with {self.process.wait()}")
        return float(line)

    def close(self):
        self.process.stdin.close()
        if self.process.wait():
            sys.exit(f"bench: {self.process.args} ended with {self.process.returncode}")


def install_peers(directory, packages=PEERS):
    """The peers' Python, or nothing when they cannot be installed here."""
    python = directory / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True, capture_output=True, text=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True, capture_output=True,
                       text=True, timeout=600)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        print(f"{', '.join(packages)} are not installable here ({reason}); measured without them", file=sys.stderr)
        return None
    return python


def compare(path, peer, results, peer_results):
    """The largest difference between two files of results; fails when a figure is missing on one side alone."""
    script = """
import sys, numpy
ours, theirs = (numpy.fromfile(path) for path in sys.argv[1:])
missing = numpy.isnan(ours)
if len(ours) != len(theirs) or (missing != numpy.isnan(theirs)).any():
    sys.exit(f"figures are missing on one side: {missing.sum()} and {numpy.isnan(theirs).sum()} of {len(ours)}")
print(numpy.nanmax(abs(ours - theirs)), (~missing).sum())
"""
    result = subprocess.run([str(path), "-c", script, results, peer_results], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"bench: rolling against {peer}: {result.stderr.strip()}")
    difference, count = result.stdout.split()
    print(f"rolling: {count} figures differ from those of {peer} by at most {float(difference):.2g}", flush=True)
    return float(difference)


def measure_rolling(binary, directory, add):
    """Means and deviations over three windows before each of 100,000 rows, in turns with polars and pandas, every process
    on one thread."""
    directory.mkdir(parents=True, exist_ok=True)
    rows = str(directory / "rolling.csv")
    write_rows(rows)
    ours, fresh = str(directory / "rolling.tipoff"), str(directory / "rolling.fresh")
    command = [str(binary), "rolling", rows, "--results"]
    # The peers' allocators keep the memory of the round before; the C library's does with these settings.
    heap = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 32), "MALLOC_TOP_PAD_": str(1 << 26)}
    processes = {"tipoff": Rounds([*command, ours], **heap), "fresh": Rounds([*command, fresh])}
    python = install_peers(directory / "peers")
    script = str(Path(__file__).with_name("bench_peers.py"))
    if python:
        for peer in ("polars", "pandas"):
            processes[peer] = Rounds(
                [str(python), script, peer, rows, str(directory / f"rolling.{peer}")], POLARS_MAX_THREADS="1",
                OMP_NUM_THREADS="1")
    samples = {name: [] for name in processes}
    for number in range(ROUNDS + 1):
        for name, process in processes.items():
            took = process.measure()
            if number:
                samples[name].append(took)
    for process in processes.values():
        process.close()
    if not python:
        add("rolling_ms", statistics.median(samples["tipoff"]), "ms")
    for peer in ("polars", "pandas") if python else ():
        if compare(python, peer, ours, str(directory / f"rolling.{peer}")) > TOLERANCE[peer]:
            sys.exit(f"bench: rolling figures differ from those of {peer} by more than {TOLERANCE[peer]}")
        name = "rolling_ms" if peer == "polars" else "rolling_ms_pandas"
        add(name, statistics.median(samples["tipoff"]), "ms", f"{peer} on the same rows",
            statistics.median(samples[peer]), median_ratio(samples["tipoff"], samples[peer]))
    add("rolling_fresh_memory_ms", statistics.median(samples["fresh"]), "ms")


def median_ratio(values, references):
    return statistics.median(value / reference for value, reference in zip(values, references))


def measure_change_detection(binary, add):
    """A write of 100,000 rows with one change: in memory, with PostgreSQL, and with none."""
    result = subprocess.run(
        [str(binary), "change-detection", "--rows", str(ROWS), "--rounds", str(ROUNDS)], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"bench: {result.stderr.strip()}")
    for series in json.loads(result.stdout):
        references = series.get("reference_samples")
        add(series["name"], statistics.median(series["samples"]), "ms", series.get("reference"),
            references and statistics.median(references), references and median_ratio(series["samples"], references))


def measure_predictions(binary, directory, add):
    """Training of all models, the predictions of 450 players, and the trees of one model in turns with scikit-learn's, every
    process on one thread."""
    directory.mkdir(parents=True, exist_ok=True)
    threads = {"OMP_NUM_THREADS": "1"}
    result = subprocess.run([str(binary), "predictions"], capture_output=True, text=True, env={**os.environ, **threads})
    if result.returncode:
        sys.exit(f"bench: {result.stderr.strip()}")
    for series in json.loads(result.stdout):
        add(series["name"], statistics.median(series["samples"]), series["name"].rpartition("_")[2])
    matrix = str(directory / "matrix.float32")
    ours = Rounds([str(binary), "trees", matrix], **threads)
    columns = int(ours.process.stdout.readline())
    rows = os.path.getsize(matrix) // (4 * columns)
    python = install_peers(directory / "peers", ["numpy==2.4.6", "scikit-learn==1.9.1"])
    script = str(Path(__file__).with_name("bench_trees_peer.py"))
    peer = python and Rounds([str(python), script, matrix, str(columns)], **threads)
    samples, references = [], []
    for _ in range(5):
        samples.append(1000 * rows / ours.measure())
        if peer:
            references.append(1000 * rows / peer.measure())
    for process in filter(None, (ours, peer)):
        process.close()
    if peer:
        add("trees_rows_per_s", statistics.median(samples), "rows/s", "scikit-learn's histogram trees, same matrix",
            statistics.median(references), median_ratio(samples, references))
    else:
        add("trees_rows_per_s", statistics.median(samples), "rows/s")

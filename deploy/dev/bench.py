#!/usr/bin/env python3
"""Measures functions and a running stack, and prints a table beside their references.

Every figure of the stack comes from the built executables, the broker and the database of this run: instants are read from
rows that the services themselves committed. Writes an array of {name, value, unit, reference, reference_value, ratio}.
"""

import argparse
import csv
import datetime
import gzip
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path

import bench_functions
import bench_readers
import kafka_hop

ORCHESTRATION = "nba_orchestration"
STACK_PARTS = ["slate", "ingest", "update", "barrier", "recovery", "seasons", "backfill", "api"]
FUNCTION_PARTS = ["rolling", "change_detection", "predictions"]


class Stack:
    """The addresses and processes that the stack's files name."""

    def __init__(self, directory, slate):
        self.directory = Path(directory)
        self.slate = slate
        text = (self.directory / "env").read_text()
        self.env = {}
        for line in text.splitlines():
            match = re.match(r"export (\w+)=(.*)", line)
            if match:
                self.env[match[1]] = subprocess.run(
                    ["bash", "-c", f"printf %s {match[2]}"], capture_output=True, text=True, check=True
                ).stdout
        self.database = self.env["TIPOFF_DATABASE_URL"]
        self.brokers = self.env["TIPOFF_KAFKA_BROKERS"]
        self.prefix = self.env.get("TIPOFF_TOPIC_PREFIX", "")

    def sql(self, text):
        """Rows of a query, fields as text."""
        result = subprocess.run(
            ["psql", self.database, "-qAtX", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-c", text],
            capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"bench: {result.stderr.strip()}")
        return [line.split("\t") for line in result.stdout.splitlines() if line]

    @property
    def has_commit_times(self):
        return self.sql("SHOW track_commit_timestamp")[0][0] == "on"

    def number(self, text):
        return float(self.sql(text)[0][0])

    def tipoff(self, *arguments):
        """Runs the operator's command in the stack's own environment."""
        quoted = " ".join(f"'{argument}'" for argument in arguments)
        return subprocess.run(
            ["bash", "-c", f". '{self.directory}/env' && tipoff {quoted}"], capture_output=True, text=True)

    def pid(self, service):
        return int((self.directory / "pid" / service).read_text().split()[0])

    def produce(self, topic, messages):
        """Sends messages (one a line) with kcat."""
        subprocess.run(
            ["kcat", "-q", "-b", self.brokers, "-P", "-t", self.prefix + topic, "-X", "linger.ms=5"],
            input="\n".join(messages).encode(), check=True)

    def wait(self, query, wanted, seconds):
        """Polls until a number is reached; fails loudly."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.number(query) >= wanted:
                return
            time.sleep(0.02)
        sys.exit(f"bench: {query} did not reach {wanted} in {seconds} s")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(round(share * (len(ordered) - 1))))]


def measure_slate(stack, runs, lane="backfill"):
    """Full runs of the slate, from the first question to the published documents; the hops inside them; and how long the
    Phases 3 to 5 of each were open. The lane `backfill` asks the sources that something depends on, `live` all that a
    full run asks."""
    seconds, hops, phases = [], [], {3: [], 4: [], 5: []}
    if lane == "backfill":
        # What was predicted live stands; a slate that is measured as a replay predicts everybody.
        stack.sql(f"UPDATE nba_predictions.player_prop_predictions SET lane = 'backfill' WHERE game_date = '{stack.slate}'")
    for _ in range(runs):
        result = stack.tipoff("run", "open", "--kind", "full", "--date", stack.slate, "--lane", lane, "--wait",
                              "--json")
        if result.returncode:
            sys.exit(f"bench: the slate failed: {result.stdout}{result.stderr}")
        run, took = stack.sql(
            f"""SELECT run_id, extract(epoch FROM finished_at - opened_at) FROM {ORCHESTRATION}.run
                WHERE kind = 'full' AND game_date = '{stack.slate}' ORDER BY opened_at DESC LIMIT 1""")[0]
        seconds.append(float(took))
        for phase, milliseconds in stack.sql(
                f"""SELECT phase, extract(epoch FROM closed_at - opened_at) * 1000 FROM {ORCHESTRATION}.run_phase
                    WHERE run_id = '{run}' AND phase IN (3, 4, 5)"""):
            phases[int(phase)].append(float(milliseconds))
        if not stack.has_commit_times:
            continue
        # The commit that ended the last task of a phase -> the first task of the next phase is claimed: two messages and
        # the barrier between them. Both instants are the database's; the log row is never updated, so its xmin is that
        # commit.
        hops += [float(row[0]) * 1000 for row in stack.sql(
            f"""WITH ended AS (SELECT phase, max(pg_xact_commit_timestamp(xmin)) AS at
                               FROM {ORCHESTRATION}.pipeline_execution_log
                               WHERE run_id = '{run}' AND phase BETWEEN 2 AND 4 GROUP BY phase),
                     begun AS (SELECT phase, min(claimed_at) AS at FROM {ORCHESTRATION}.task
                               WHERE run_id = '{run}' GROUP BY phase)
                SELECT extract(epoch FROM b.at - e.at) FROM ended AS e JOIN begun AS b ON b.phase = e.phase + 1
                WHERE b.at IS NOT NULL""")]
    return seconds, hops, phases


def serve_trained_model(stack):
    """Trains on the game logs and lets the model serve, so that all systems predict. False without the data."""
    files = season_files()
    if not files:
        print("phase5: without game logs the rules alone predict", file=sys.stderr)
        return False
    trained = stack.tipoff("train", "--from", "2019-20", "--to", "2022-23", "--data", str(files[0].parent), "--json")
    if trained.returncode:
        sys.exit(f"bench: training failed: {trained.stdout}{trained.stderr}")
    model = json.loads(trained.stdout)["model_id"]
    promoted = stack.tipoff("models", "promote", model, "--reason", "benchmark")
    if promoted.returncode:
        sys.exit(f"bench: {model} was not promoted: {promoted.stdout}{promoted.stderr}")
    return True


def pgbench(stack, script, transactions, clients=1):
    """Latencies in ms of a script's transactions."""
    path = stack.directory / "pgbench"
    path.mkdir(exist_ok=True)
    (path / "script.sql").write_text(script)
    for old in path.glob("log*"):
        old.unlink()
    subprocess.run(
        ["pgbench", "-n", "-c", str(clients), "-t", str(transactions), "-M", "prepared", "--max-tries", "20", "-f", "script.sql", "-l",
         "--log-prefix", "log", stack.database], cwd=path, check=True, capture_output=True)
    latencies = [line.split()[2] for log in path.glob("log*") for line in log.read_text().splitlines()]
    return [float(text) / 1000 for text in latencies if text != "failed"]


def prepare_barriers(stack, runs, tag):
    """Runs that wait in Phase 2 for 21 raw processors each."""
    stack.sql(
        f"""
        CREATE TABLE IF NOT EXISTS public.bench_run (tag text, n int, run_id uuid, PRIMARY KEY (tag, n));
        WITH new AS (
            INSERT INTO {ORCHESTRATION}.run (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id,
                                             plan_key, opened_by)
            SELECT gen_random_uuid(), 'full', DATE '1990-01-01' + n, 'backfill', 2, 3, 'bench-{tag}-' || n,
                   'bench:{tag}:' || n, 'bench' FROM generate_series(1, {runs}) AS n RETURNING run_id, game_date)
        INSERT INTO public.bench_run SELECT '{tag}', game_date - DATE '1990-01-01', run_id FROM new;
        INSERT INTO {ORCHESTRATION}.run_phase (run_id, phase, state, deadline_at, opened_at)
            SELECT run_id, p.phase, p.state, now() + interval '1 day', now() FROM public.bench_run,
                (VALUES (2, 'open'), (3, 'waiting')) AS p(phase, state) WHERE tag = '{tag}';
        INSERT INTO {ORCHESTRATION}.task (run_id, processor, unit, game_date, phase, requirement)
            SELECT b.run_id, r.name, '*', DATE '1990-01-01' + b.n, 2, 'required' FROM public.bench_run AS b,
                unnest(ARRAY['nbac_schedule', 'nbac_player_boxscores', 'nbac_team_boxscore',
                    'odds_api_player_points_props', 'odds_api_game_lines', 'nbac_player_list_current',
                    'nbac_player_movement', 'nbac_injury_report', 'nbac_gamebook_player_stats', 'nbac_play_by_play',
                    'nbac_referee_game_assignments', 'bdl_player_boxscores', 'bdl_injuries', 'bdl_standings',
                    'bdl_active_players_current', 'espn_boxscores', 'espn_scoreboard', 'espn_team_rosters',
                    'bettingpros_player_points_props', 'bigdataball_play_by_play', 'br_rosters_current']) AS r(name)
            WHERE b.tag = '{tag}';
        INSERT INTO {ORCHESTRATION}.change_marker (processor, game_date, kind, entity, phase)
            SELECT 'team_offense_game_summary', DATE '1990-01-01' + n, 'full', '*', 3 FROM public.bench_run
            WHERE tag = '{tag}' ON CONFLICT DO NOTHING;
        ANALYZE {ORCHESTRATION}.task;
        """)


def measure_barrier(stack, runs, rounds=5):
    """Completions through Kafka and the built executable, against the same statements in pgbench: medians of rounds in
    turns, and the runs that were triggered twice or never."""
    measured = [barrier_round(stack, runs // rounds) for _ in range(rounds)]
    rate, bare = (statistics.median(figures) for figures in list(zip(*measured))[:2])
    return rate, bare, sum(doubled for _, _, doubled in measured)


def barrier_round(stack, runs):
    tag = uuid.uuid4().hex[:8]
    prepare_barriers(stack, runs, tag)
    rows = stack.sql(
        f"""SELECT t.run_id, t.processor, t.game_date FROM {ORCHESTRATION}.task AS t JOIN public.bench_run AS b
            USING (run_id) WHERE b.tag = '{tag}' ORDER BY b.n""")
    messages = [json.dumps({
        "schema_version": 1, "message_id": str(uuid.uuid4()), "run_id": run, "processor_name": processor,
        "phase": "phase_2_raw", "execution_id": "bench", "correlation_id": "bench", "game_date": date,
        "status": "success", "record_count": 450, "duration_seconds": 1.5, "metadata": {"unit": "*"},
    }) for run, processor, date in rows]
    triggers = f"""SELECT count(*) FROM {ORCHESTRATION}.phase_trigger AS g JOIN public.bench_run AS b USING (run_id)
                   WHERE b.tag = '{tag}' AND g.phase = 3"""
    # What the triggers start is no part of the barrier, and would take the cores from it.
    analytics = stack.pid("analytics")
    os.kill(analytics, signal.SIGSTOP)
    try:
        start = time.monotonic()
        # The embedded broker forgets what nobody has read after a few megabytes, so at most two slices are on their way.
        slice_runs = 250
        for first in range(0, runs, slice_runs):
            stack.wait(f"SELECT CASE WHEN ({triggers}) >= {first - slice_runs} THEN 1 ELSE 0 END", 1, 120)
            stack.produce("nba-phase2-raw-complete", messages[first * 21:(first + slice_runs) * 21])
        stack.wait(triggers, runs, 120)
        rate = len(messages) / (time.monotonic() - start)
    finally:
        os.kill(analytics, signal.SIGCONT)
    doubled = stack.number(
        f"""SELECT count(*) FROM (SELECT run_id FROM {ORCHESTRATION}.outbox JOIN public.bench_run USING (run_id)
            WHERE tag = '{tag}' AND topic = 'nba-phase3-trigger' GROUP BY run_id HAVING count(*) <> 1) AS d""")
    reference = f"ref{tag}"
    prepare_barriers(stack, runs, reference)
    batch = 48
    script = f"""
        SELECT nextval('bench_batch') * {batch} AS top \\gset
        BEGIN ISOLATION LEVEL SERIALIZABLE;
        UPDATE {ORCHESTRATION}.run_phase AS p SET version = p.version + 1 FROM public.bench_run AS b
            WHERE b.tag = '{reference}' AND b.n > :top - {batch} AND b.n <= :top AND p.run_id = b.run_id AND p.phase = 2;
        UPDATE {ORCHESTRATION}.task AS t SET state = 'success', asserted_by = 'bench', finished_at = now()
            FROM public.bench_run AS b WHERE b.tag = '{reference}' AND b.n > :top - {batch} AND b.n <= :top
            AND t.run_id = b.run_id AND t.phase = 2 AND NOT t.is_terminal;
        SELECT count(*) FROM {ORCHESTRATION}.task AS t JOIN public.bench_run AS b USING (run_id)
            WHERE b.tag = '{reference}' AND b.n > :top - {batch} AND b.n <= :top AND t.phase = 2;
        INSERT INTO {ORCHESTRATION}.phase_trigger (run_id, phase, level, message_id)
            SELECT run_id, 3, 0, gen_random_uuid() FROM public.bench_run AS b
            WHERE b.tag = '{reference}' AND b.n > :top - {batch} AND b.n <= :top;
        UPDATE {ORCHESTRATION}.run_phase AS p SET state = 'complete', closed_at = now() FROM public.bench_run AS b
            WHERE b.tag = '{reference}' AND b.n > :top - {batch} AND b.n <= :top AND p.run_id = b.run_id AND p.phase = 2;
        INSERT INTO {ORCHESTRATION}.outbox (message_id, producer, topic, key, payload, run_id, state)
            SELECT gen_random_uuid(), 'bench', 'nba-phase3-trigger', b.n::text, '{{}}', run_id, 'done'
            FROM public.bench_run AS b WHERE b.tag = '{reference}' AND b.n > :top - {batch} AND b.n <= :top;
        COMMIT;
        """
    stack.sql("DROP SEQUENCE IF EXISTS bench_batch; CREATE SEQUENCE bench_batch")
    start = time.monotonic()
    transactions = (runs + batch - 1) // batch
    done = len(pgbench(stack, script, transactions))
    bare = done * batch * 21 / (time.monotonic() - start)
    stack.sql(
        f"""UPDATE {ORCHESTRATION}.run SET state = 'cancelled', finished_at = now()
            WHERE run_id IN (SELECT run_id FROM public.bench_run) AND state = 'open'""")
    return rate, bare, doubled


def tell_results(stack):
    """Lets the source tell what came of the slate; until then it is a morning on which no result is known."""
    address = (stack.directory / "address" / "sourcesim").read_text().strip().removeprefix("http://")
    clock = urllib.request.Request(f"http://{address}/_sim/clock", b"{}")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(clock, timeout=10).close()


def measure_player_update(stack, samples):
    """One player's line changes: hand-delivered payload -> published documents switched. A sample counts only when its
    run published a new version that the change is in."""
    event, path, newest = stack.sql(
        f"""SELECT odds_api_event_id, (array_agg(source_object ORDER BY snapshot_timestamp DESC))[1],
                   extract(epoch FROM max(snapshot_timestamp))::bigint
            FROM nba_raw.odds_api_player_points_props
            WHERE game_date = '{stack.slate}' AND NOT is_after_tipoff
            GROUP BY 1, game_start_time ORDER BY game_start_time - max(snapshot_timestamp) DESC LIMIT 1""")[0]
    objects = Path(stack.env["TIPOFF_OBJECT_STORE"])
    payload = json.loads((objects / path).read_bytes())
    (objects / "bench").mkdir(exist_ok=True)
    times = []
    for sample in range(samples + 1):
        captured = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(newest) + sample + 1))
        for book in payload["bookmakers"]:
            for market in book["markets"]:
                market["last_update"] = captured
                first = market["outcomes"][0]["description"]
                for outcome in market["outcomes"]:
                    if outcome["description"] == first:
                        outcome["point"] = 10.5 + sample % 20
        correlation = f"bench-{uuid.uuid4()}"
        name = f"bench/{event}-{correlation}.json"
        (objects / name).write_text(json.dumps(payload))
        stack.produce("nba-phase1-scrapers-complete", [json.dumps({
            "processor_name": "oddsa_player_props", "phase": "phase_1_scrapers", "game_date": stack.slate,
            "status": "success", "correlation_id": correlation,
            "metadata": {"object_path": name, "unit": event, "captured_at": captured}})])
        stack.wait(
            f"SELECT count(*) FROM {ORCHESTRATION}.run WHERE correlation_id = '{correlation}' AND state <> 'open'", 1, 60)
        state, took, published = stack.sql(
            f"""SELECT r.state, extract(epoch FROM r.finished_at - r.opened_at),
                       (SELECT count(*) FROM nba_publishing.document AS v WHERE v.run_id = r.run_id)
                FROM {ORCHESTRATION}.run AS r WHERE correlation_id = '{correlation}'""")[0]
        if sample == 0:
            continue  # The line that stood there before may have been the same.
        if state != "complete" or published == "0":
            sys.exit(f"bench: an update ended {state} with {published} published documents (correlation {correlation})")
        times.append(float(took) * 1000)
    return times


def measure_ingest(stack):
    """Rows a second of the raw processor's whole execution, against COPY of the same rows into the same keyed table."""
    tasks = [(int(row[0]), float(row[1])) for row in stack.sql(
        f"""SELECT records_processed, duration_seconds FROM {ORCHESTRATION}.pipeline_execution_log
            WHERE processor_name = 'nbac_player_boxscores' AND records_changed > 100""")]
    rate = statistics.median(rows / seconds for rows, seconds in tasks)
    stack.sql("DROP TABLE IF EXISTS public.bench_copy; "
              "CREATE TABLE public.bench_copy (LIKE nba_raw.nbac_player_boxscores INCLUDING ALL)")
    rates = []
    for (date,) in stack.sql("SELECT DISTINCT game_date FROM nba_raw.nbac_player_boxscores ORDER BY 1 LIMIT 12"):
        path = stack.directory / "copy.csv"
        subprocess.run(
            ["psql", stack.database, "-qX", "-c",
             f"\\copy (SELECT * FROM nba_raw.nbac_player_boxscores WHERE game_date = '{date}') TO '{path}'"], check=True)
        result = subprocess.run(
            ["psql", stack.database, "-qX", "-c", "\\timing on", "-c", f"\\copy public.bench_copy FROM '{path}'"],
            check=True, capture_output=True, text=True)
        rows = path.read_text().count("\n")
        milliseconds = float(re.search(r"Time: ([\d.]+) ms", result.stdout)[1])
        if rows > 100:
            rates.append(rows / milliseconds * 1000)
    return rate, statistics.median(rates)


def season_files():
    """The game logs of four seasons that the stack has not loaded; empty without the data beside the checkout."""
    root = Path(os.environ.get("TIPOFF_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
    seasons = ("2019-20", "2020-21", "2021-22", "2022-23")
    files = [root / "box_scores" / f"player_game_logs_{season}.csv.gz" for season in seasons]
    return files if all(file.exists() for file in files) else []


def season_payloads(file):
    """A season's log as the league's own payloads, one a date."""
    texts = {0, 2, 4, 5, 6, 7, 8, 9}
    with gzip.open(file, "rt") as lines:
        rows = list(csv.reader(lines))
    headers = rows[0][:-1]
    dates = {}
    for row in rows[1:]:
        dates.setdefault(row[7], []).append(
            [None if cell == "" else cell if index in texts else float(cell) if "." in cell else int(cell)
             for index, cell in enumerate(row[:-1])])
    return {date: json.dumps({"resultSets": [{"headers": headers, "rowSet": rows}]}) for date, rows in dates.items()}


def measure_seasons(stack):
    """Four seasons of game logs through the raw service: rows a second from the first message to the last commit, COPY
    of the same rows into the same keyed table, and the most memory that the service held meanwhile."""
    objects = Path(stack.env["TIPOFF_OBJECT_STORE"])
    (objects / "bench").mkdir(exist_ok=True)
    tag = uuid.uuid4().hex[:8]
    messages = []
    for file in season_files():
        for date, payload in season_payloads(file).items():
            name = f"bench/{tag}-{date}.json"
            (objects / name).write_text(payload)
            messages.append(json.dumps({
                "processor_name": "nbac_player_boxscore", "phase": "phase_1_scrapers", "game_date": date,
                "status": "success", "correlation_id": f"bench-{tag}-{date}", "skip_downstream_trigger": True,
                "lane": "backfill", "metadata": {"object_path": name, "captured_at": "2024-06-01T00:00:00Z"}}))
    raw = stack.pid("raw")
    before = peak = private_mib(raw)
    done = f"""SELECT count(*) FROM {ORCHESTRATION}.task AS t JOIN {ORCHESTRATION}.run AS r USING (run_id)
               WHERE r.correlation_id LIKE 'bench-{tag}-%' AND t.phase = 2 AND t.state = 'success'"""
    start = time.monotonic()
    stack.produce("nba-phase1-scrapers-complete", messages)
    while stack.number(done) < len(messages):
        peak = max(peak, private_mib(raw))
        if time.monotonic() - start > 600:
            sys.exit(f"bench: {stack.number(done):.0f} of {len(messages)} dates of game logs were read")
        time.sleep(0.1)
    took = time.monotonic() - start
    rows = stack.number(
        "SELECT count(*) FROM nba_raw.nbac_player_boxscores WHERE season_year BETWEEN 2019 AND 2022 "
        "AND removed_at IS NULL")
    path = stack.directory / "copy.csv"
    stack.sql("DROP TABLE IF EXISTS public.bench_copy; "
              "CREATE TABLE public.bench_copy (LIKE nba_raw.nbac_player_boxscores INCLUDING ALL)")
    subprocess.run(
        ["psql", stack.database, "-qX", "-c",
         "\\copy (SELECT * FROM nba_raw.nbac_player_boxscores WHERE season_year BETWEEN 2019 AND 2022 "
         f"ORDER BY game_date) TO '{path}'"], check=True)
    copies = []
    for _ in range(5):
        stack.sql("TRUNCATE public.bench_copy")
        start = time.monotonic()
        subprocess.run(["psql", stack.database, "-qX", "-c", f"\\copy public.bench_copy FROM '{path}'"], check=True)
        copies.append(rows / (time.monotonic() - start))
    return rows / took, statistics.median(copies), before, peak


def run_backfill(stack, start, end):
    """Loads dates through phases 1 to 4 as a job of its own; returns its name and the seconds that it took."""
    job = f"bench-{uuid.uuid4().hex[:8]}"
    began = time.monotonic()
    result = stack.tipoff("backfill", "run", "--from", start, "--to", end, "--phases", "1-4", "--job", job, "--wait")
    if result.returncode:
        sys.exit(f"bench: the backfill of {start} to {end} failed: {result.stdout}{result.stderr}")
    return job, time.monotonic() - began


def copy_seconds(stack, table, start, end):
    """COPY of a table's rows of some dates into one with the same keys; nothing for a table that has no date."""
    schema, name = table.split(".")
    dates = stack.sql(
        f"""SELECT column_name FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{name}'
            AND column_name IN ('game_date', 'analysis_date', 'cache_date', 'date_recorded', 'scrape_date')""")
    if not dates:
        return 0
    date = dates[0][0]
    path = stack.directory / "copy.csv"
    stack.sql("DROP TABLE IF EXISTS public.bench_copy; "
              f"CREATE TABLE public.bench_copy (LIKE {table} INCLUDING ALL EXCLUDING GENERATED)")
    subprocess.run(["psql", stack.database, "-qX", "-c",
                    f"\\copy (SELECT * FROM {table} WHERE {date} BETWEEN '{start}' AND '{end}') TO '{path}'"], check=True)
    began = time.monotonic()
    subprocess.run(["psql", stack.database, "-qX", "-c", f"\\copy public.bench_copy FROM '{path}'"], check=True)
    return time.monotonic() - began


def measure_backfill(stack, weeks=5):
    """Weeks of the season before the loaded one through phases 1 to 4, one job each, after the first two, which are not
    measured: seconds a week, and COPY of the rows that each job left."""
    opening = datetime.date.fromisoformat(stack.sql(
        f"""SELECT min(game_date) FROM nba_raw.nbac_schedule WHERE season_type = 'regular' AND season_year =
            (SELECT max(season_year) FROM nba_raw.nbac_schedule WHERE game_date = '{stack.slate}')""")[0][0])
    # A season opens in the same week as the one before it.
    first = opening - datetime.timedelta(days=53 * 7)
    day = lambda days: first + datetime.timedelta(days=days)
    run_backfill(stack, day(-7), day(13))
    jobs, copies = [], []
    for week in range(2, 2 + weeks):
        start, end = day(7 * week), day(7 * week + 6)
        job, seconds = run_backfill(stack, start, end)
        jobs.append(seconds)
        tables = stack.sql(f"""SELECT table_name FROM {ORCHESTRATION}.backfill_digest
                               WHERE job_id = '{job}' AND moment = 'after' AND row_count > 0""")
        copies.append(sum(copy_seconds(stack, table, start, end) for (table,) in tables))
    return statistics.median(jobs), statistics.median(copies)


def private_mib(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kib) for kib in re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.M)) / 1024


def measure_recovery(stack, rounds=5):
    """kill -9 of a service that holds a claim -> the end of the task whose claim it held. Measured from the restart.

    The service stands still until the tables that the task reads are locked: it is killed while it waits for them."""
    processor = "team_offense_game_summary"
    seconds = []
    for _ in range(rounds):
        os.kill(stack.pid("analytics"), signal.SIGSTOP)
        opened = stack.tipoff("run", "open", "--kind", "full", "--date", stack.slate, "--json")
        if opened.returncode:
            sys.exit(f"bench: no run to recover: {opened.stdout}{opened.stderr}")
        run = json.loads(opened.stdout)["run_id"]
        stack.wait(f"SELECT count(*) FROM {ORCHESTRATION}.phase_trigger WHERE run_id = '{run}' AND phase = 3", 1, 60)
        task = f"FROM {ORCHESTRATION}.task WHERE run_id = '{run}' AND processor = '{processor}'"
        with subprocess.Popen(["psql", stack.database, "-qAtX", "-v", "ON_ERROR_STOP=1"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as lock:
            lock.stdin.write("BEGIN; LOCK TABLE nba_raw.nbac_team_boxscore, nba_raw.nbac_player_boxscores; SELECT 'held';\n")
            lock.stdin.flush()
            if lock.stdout.readline().strip() != "held":
                sys.exit("bench: the tables that hold up a claim could not be locked")
            os.kill(stack.pid("analytics"), signal.SIGCONT)
            stack.wait(f"SELECT count(*) {task} AND state = 'running'", 1, 20)
            os.kill(stack.pid("analytics"), signal.SIGKILL)
            lock.stdin.write("COMMIT;\n")
        start = time.monotonic()
        subprocess.run(
            ["bash", "-c", f"export TIPOFF_RUN_DIR='{stack.directory}'; . deploy/dev/stack.sh; set -a; "
                           f". '{stack.directory}/env'; service_start analytics"], check=True, capture_output=True)
        stack.wait(f"SELECT count(*) {task} AND is_terminal", 1, 60)
        seconds.append(time.monotonic() - start)
        stack.wait(f"SELECT CASE WHEN count(*) = 0 THEN 1 ELSE 0 END FROM {ORCHESTRATION}.run WHERE state = 'open'", 1, 60)
    return seconds


def measure_stack(stack, options, wanted, add):
    """The parts that need a stack, with the references and the memory of its services."""
    for service in sorted(path.name for path in (stack.directory / "pid").iterdir() if path.name[0] != "."):
        if service not in ("devbroker", "sourcesim", "postgres"):
            add(f"private_mib_{service}", private_mib(stack.pid(service)), "MiB")
    stack.sql("CREATE TABLE IF NOT EXISTS public.bench_commit (n bigserial PRIMARY KEY, t timestamptz DEFAULT now())")
    commits = pgbench(stack, "INSERT INTO public.bench_commit DEFAULT VALUES;", 2000)
    commit = percentile(commits, 0.5)
    add("commit_ms_p50", commit, "ms")
    hop = percentile(kafka_hop.hops(stack.brokers, stack.prefix + "nba-phase6-publishing-complete", 200), 0.5)
    add("kafka_hop_ms_p50", hop, "ms")
    if wanted("slate") or wanted("update"):
        if serve_trained_model(stack):
            # Every row of every system is another one, once.
            add("phase5_changed_s", measure_slate(stack, 1)[2][5][0] / 1000, "s")
    if wanted("update"):
        updates = measure_player_update(stack, options.updates)
        add("player_update_ms_p50", percentile(updates, 0.5), "ms")
        add("player_update_ms_p99", percentile(updates, 0.99), "ms")
    if wanted("slate"):
        # A slate that comes out the same predicts everybody and writes nothing.
        add("phase5_s", statistics.median(measure_slate(stack, 7)[2][5]) / 1000, "s")
    tell_results(stack)
    if wanted("slate"):
        measure_slate(stack, 1)
        slates, hops, phases = measure_slate(stack, 15)
        add("slate_s", statistics.median(slates), "s")
        for phase in (3, 4):
            add(f"phase{phase}_slate_ms", statistics.median(phases[phase]), "ms")
        add("phase5_graded_s", statistics.median(phases[5]) / 1000, "s")
        add("slate_every_source_s", statistics.median(measure_slate(stack, 5, "live")[0]), "s")
        if hops:
            add("hop_ms_p50", percentile(hops, 0.5), "ms", "2 x kafka hop + commit + 1.5 ms", 2 * hop + commit + 1.5)
            add("hop_ms_p99", percentile(hops, 0.99), "ms")
        else:
            print("hop_ms: the given database does not keep commit times (track_commit_timestamp)", file=sys.stderr)
    if wanted("ingest"):
        rate, copy = measure_ingest(stack)
        add("ingest_rows_per_s", rate, "rows/s", "COPY into the same keyed table", copy)
    if wanted("barrier"):
        rate, bare, doubled = measure_barrier(stack, options.barrier_runs)
        add("barrier_completions_per_s", rate, "/s", "the same statements in pgbench", bare)
        if doubled:
            sys.exit(f"bench: {doubled:.0f} runs were triggered twice or never")
    if wanted("recovery"):
        add("recovery_s", statistics.median(measure_recovery(stack)), "s")
    if wanted("backfill"):
        seconds, copy = measure_backfill(stack)
        add("backfill_s", seconds, "s", "COPY of the same week's rows", copy)
    if wanted("api"):
        bench_readers.measure_readers(
            stack, Path(options.bin) / "tipoff-benchmarks", lambda samples: measure_player_update(stack, samples),
            private_mib, add)
    if wanted("seasons"):
        if season_files():
            rate, copy, before, peak = measure_seasons(stack)
            add("four_seasons_rows_per_s", rate, "rows/s", "COPY into the same keyed table", copy)
            add("four_seasons_peak_mib_raw", peak, "MiB", "before them", before)
        else:
            print("four_seasons: no game logs beside the checkout (../shared/data); not measured", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True)
    parser.add_argument("--bin", required=True, help="where the release build is")
    parser.add_argument("--slate", help="the date that the stack at --run has run; without it only functions are measured")
    parser.add_argument("--output", required=True)
    parser.add_argument("--barrier-runs", type=int, default=2000)
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument(
        "--only", nargs="+", choices=[*STACK_PARTS, *FUNCTION_PARTS],
        help="measure these parts; the references and memory of the stack are measured with any part of it")
    options = parser.parse_args()
    wanted = lambda part: not options.only or part in options.only
    if not options.slate and any(map(wanted, STACK_PARTS)):
        parser.error("parts of the stack need --slate")
    figures = []

    def add(name, value, unit, reference=None, reference_value=None, ratio=None):
        ratio = ratio or (value / reference_value if reference_value else None)
        figures.append({"name": name, "value": value, "unit": unit, "reference": reference,
                        "reference_value": reference_value, "ratio": ratio})
        tail = f"  {reference} {reference_value:.4g}  ratio {ratio:.3g}" if ratio else ""
        print(f"{name:32} {value:12.4g} {unit:8}{tail}", flush=True)

    benchmarks = Path(options.bin) / "tipoff-benchmarks"
    if wanted("rolling"):
        bench_functions.measure_rolling(benchmarks, Path(options.run) / "rolling", add)
    if wanted("change_detection"):
        bench_functions.measure_change_detection(benchmarks, add)
    if wanted("predictions"):
        bench_functions.measure_predictions(benchmarks, Path(options.run) / "predictions", add)
    if options.slate:
        measure_stack(Stack(options.run, options.slate), options, wanted, add)
    Path(options.output).parent.mkdir(parents=True, exist_ok=True)
    Path(options.output).write_text(json.dumps(figures, indent=2) + "\n")
    print(f"written {options.output}")


if __name__ == "__main__":
    main()

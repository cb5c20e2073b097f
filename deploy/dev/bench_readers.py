"""The figures of readers: a running `publishing` under 500 requests a second and 200 followers of its stream, while slates are
published; then as many requests as it takes, by wrk."""

import json
import re
import shutil
import statistics
import subprocess
import sys
import time

from bench_page import page_delays

ROUNDS = 5
RATE, READERS, CONNECTIONS = 500, 200, 16
PATH = "/v1/slates/current"


def address(stack):
    return stack.env["STACK_URL_PUBLISHING"].split("//")[1]


def paced(stack, benchmarks, seconds):
    return subprocess.Popen(
        [str(benchmarks), "readers", address(stack), "--path", PATH, "--rate", str(RATE), "--seconds", str(seconds),
         "--connections", str(CONNECTIONS), "--readers", str(READERS)], stdout=subprocess.PIPE, text=True)


def report(process):
    text = process.communicate()[0]
    if process.returncode:
        sys.exit(f"bench: readers ended with {process.returncode}")
    answer = json.loads(text)
    if answer["refused"] or answer["readers"] != READERS:
        sys.exit(f"bench: {answer['refused']} requests were refused, {answer['readers']} of {READERS} readers let in")
    return answer


def wrk(stack):
    """Requests a second that 16 connections get answered, each asking again as soon as it is."""
    rates = []
    for _ in range(ROUNDS):
        result = subprocess.run(
            ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", "5s", "-H", "Accept-Encoding: gzip",
             f"http://{address(stack)}{PATH}"], capture_output=True, text=True, check=True)
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", result.stdout)
        if failed:
            sys.exit(f"bench: {failed[0]}")
        rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)[1]))
    return statistics.median(rates)


def wait_for(reader, text):
    for line in reader.stdout:
        if text in line:
            return
    sys.exit(f"bench: the stream ended before {text}")


def command_delays(stack):
    """From the start of `tipoff publish halt` and `resume` to the event in a reader, in ms; the command's own start-up is
    part of it."""
    delays = []
    for sample in range(2 * ROUNDS):
        reader = subprocess.Popen(
            ["curl", "-sN", "--max-time", "60", "--noproxy", "*", f"http://{address(stack)}/v1/stream?topics=slate:current"],
            stdout=subprocess.PIPE, text=True, bufsize=1)
        try:
            wait_for(reader, "hello")
            start = time.monotonic()
            result = stack.tipoff("publish", "resume" if sample % 2 else "halt", "--reason", "benchmark", "--yes")
            if result.returncode:
                sys.exit(f"bench: {result.stdout}{result.stderr}")
            wait_for(reader, '"kind":"halt"')
            delays.append((time.monotonic() - start) * 1000)
        finally:
            reader.kill()
            reader.wait()
    return delays


def measure_readers(stack, benchmarks, publish, private_mib, add):
    """`publish` makes slates change and returns when they have."""
    began = stack.sql("SELECT now()")[0][0]
    pid = stack.pid("publishing")
    before = private_mib(pid)
    answers, delays = [], []
    for _ in range(ROUNDS):
        process = paced(stack, benchmarks, 12)
        time.sleep(1)
        publish(4)
        answers.append(report(process))
        delays += answers[-1]["event_delays_ms"]
    if not delays:
        sys.exit("bench: no reader heard of a publication")
    add("api_ms_p50", statistics.median(answer["p50_ms"] for answer in answers), "ms")
    add("api_ms_p99", statistics.median(answer["p99_ms"] for answer in answers), "ms")
    add("api_offered_rps", statistics.median(answer["rps"] for answer in answers), "/s")
    add("update_to_browser_ms", statistics.median(delays), "ms")
    add("update_to_browser_ms_p99", sorted(delays)[int(0.99 * (len(delays) - 1))], "ms")
    add("private_mib_publishing_readers", private_mib(pid), "MiB", "before them", before)
    samples = [float(row[0]) * 1000 for row in stack.sql(
        f"""SELECT duration_seconds FROM nba_orchestration.pipeline_execution_log
            WHERE processor_name = 'tonight_document' AND run_id IN
                (SELECT run_id FROM nba_publishing.document WHERE kind = 'tonight' AND created_at >= '{began}')""")]
    if len(samples) < 5:
        sys.exit(f"bench: only {len(samples)} slates were published")
    add("publish_slate_ms", statistics.median(samples), "ms")
    shown = page_delays(stack, address(stack), publish, 2 * ROUNDS)
    if shown:
        add("update_to_page_ms", statistics.median(shown), "ms")
    add("halt_to_browser_ms", statistics.median(command_delays(stack)), "ms")
    if shutil.which("wrk"):
        add("api_rps", wrk(stack), "/s")
    else:
        print("api_rps: wrk is missing (apt-get install wrk); not measured", file=sys.stderr)

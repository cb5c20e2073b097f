#!/usr/bin/env python3
"""Writes the Grafana dashboards of dashboards/ from the list below and from deploy/queries.

    deploy/grafana/generate.py            writes them
    deploy/grafana/generate.py --check    says which file differs from what would be written; exit 1 when one does

A table's SQL is the text of a file of deploy/queries with its parameters filled in, so that no query is kept twice.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
QUERIES = HERE.parent / "queries"
PROMETHEUS = {"type": "prometheus", "uid": "tipoff-prometheus"}
POSTGRES = {"type": "postgres", "uid": "tipoff-postgres"}
DECLARATION = re.compile(r"^\\if :\{\?(\w+)\} \\else \\set (\w+) (.*) \\endif$")
# The range of the dashboard as game dates, and its length in hours.
FROM, TO = "${__from:date:YYYY-MM-DD}", "${__to:date:YYYY-MM-DD}"


def sql(name, **values):
    """The statement of deploy/queries/NAME.sql for Grafana; a parameter that is not given has its default."""
    defaults, statement = {}, []
    for line in (QUERIES / f"{name}.sql").read_text().splitlines():
        declared = DECLARATION.match(line)
        if declared:
            defaults[declared[2]] = declared[3].strip("'")
        elif not line.startswith("--"):
            statement.append(line)
    unknown = set(values) - set(defaults)
    if unknown:
        raise SystemExit(f"{name}.sql has no parameters {sorted(unknown)}")
    values = {**defaults, **{key: str(value) for key, value in values.items()}}
    text = "\n".join(statement).strip().rstrip(";")
    return re.sub(r":'(\w+)'", lambda match: f"'{values[match[1]]}'", text)


def panel(kind, title, targets, *, width, height=8, unit="short", limits=(), help="", options=None):
    """One panel; `limits` are (value, colour) pairs above which the colour holds."""
    return {
        "type": kind,
        "title": title,
        "description": help,
        "datasource": targets[0]["datasource"],
        "gridPos": {"w": width, "h": height},
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "thresholds": {
                    "mode": "absolute",
                    "steps": [{"color": "green", "value": None}]
                    + [{"color": colour, "value": value} for value, colour in limits],
                },
            },
            "overrides": [],
        },
        "options": options or {},
        "targets": targets,
    }


def prom(expression, legend="", *, instant=False, letter="A"):
    return {
        "refId": letter, "datasource": PROMETHEUS, "expr": expression, "legendFormat": legend, "instant": instant,
        "range": not instant,
    }


def stat(title, expression, **settings):
    settings.setdefault("limits", [(1, "red")])
    target = prom(expression, instant=True)
    return panel("stat", title, [target], width=settings.pop("width", 4), height=4,
                 options={"colorMode": "background", "reduceOptions": {"calcs": ["lastNotNull"]}}, **settings)


def series(title, *expressions, **settings):
    targets = [prom(text, legend, letter=chr(65 + place)) for place, (text, legend) in enumerate(expressions)]
    return panel("timeseries", title, targets, width=settings.pop("width", 12),
                 options={"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
                          "tooltip": {"mode": "multi"}}, **settings)


def table(title, name, *, width=24, height=9, help="", **values):
    target = {"refId": "A", "datasource": POSTGRES, "format": "table", "rawQuery": True, "rawSql": sql(name, **values)}
    return panel("table", title, [target], width=width, height=height, help=help or f"deploy/queries/{name}.sql",
                 options={"showHeader": True})


def dashboard(uid, title, panels, *, span="now-24h", about):
    """Lays the panels out from left to right, 24 columns wide."""
    x = y = row = 0
    for number, item in enumerate(panels, start=1):
        place = item["gridPos"]
        if x + place["w"] > 24:
            x, y, row = 0, y + row, 0
        item["id"] = number
        place.update(x=x, y=y)
        x, row = x + place["w"], max(row, place["h"])
    hours = {"name": "hours", "label": "runs opened within hours", "type": "custom", "query": "24,168,720",
             "current": {"text": "24" if span == "now-24h" else "720", "value": "24" if span == "now-24h" else "720"},
             "options": [], "hide": 0}
    return {
        "uid": f"tipoff-{uid}", "title": f"Tipoff: {title}", "description": about, "tags": ["tipoff"],
        "schemaVersion": 39, "version": 1, "editable": False, "timezone": "America/New_York", "refresh": "30s",
        "time": {"from": span, "to": "now"}, "templating": {"list": [hours]}, "annotations": {"list": []},
        "links": [{"title": "Tipoff", "type": "dashboards", "tags": ["tipoff"], "asDropdown": True, "includeVars": False,
                   "keepTime": True, "targetBlank": False, "icon": "external link", "url": ""}],
        "panels": panels,
    }


SERVICES_UP = 'sum(up{job="tipoff"})'
DASHBOARDS = [
    dashboard("pipeline-health", "pipeline health", about="Is tonight right, and if not, where does it stand?", panels=[
        stat("Services that answer", SERVICES_UP, limits=[(9, "green")], help="Nine of them; scraped by Prometheus."),
        stat("Stuck", "sum(max by (kind) (tipoff_stuck_items))", help="Rows that have not moved for five minutes."),
        stat("Dead letters", "sum(max by (topic) (tipoff_dead_letters))"),
        stat("Critical alerts", 'max(tipoff_alerts_open{level="critical"})'),
        stat("Documents over budget", "sum(max by (kind) (tipoff_documents_over_budget))"),
        stat("Coverage of today's slate", "max(tipoff_slate_coverage_percent)", unit="percent",
             limits=[(90, "orange"), (95, "green")], help="No value when nobody is expected."),
        series("Ends of executions a second", ("sum by (status) (rate(tipoff_executions_total[5m]))", "{{status}}"),
               unit="ops"),
        series("Failed and retried attempts", ("max by (phase) (tipoff_phase_failure_percent)", "phase {{phase}}"),
               unit="percent", limits=[(5, "orange"), (10, "red")], help="Of runs that were opened within two hours."),
        series("Oldest message not sent", ("max by (producer) (tipoff_outbox_oldest_seconds)", "{{producer}}"), unit="s",
               limits=[(300, "red")]),
        series("Oldest change not carried on", ("max by (phase) (tipoff_marker_oldest_seconds)", "phase {{phase}}"),
               unit="s", limits=[(900, "red")]),
        series("Lag of the groups", ("max by (group, topic) (tipoff_group_lag_seconds)", "{{group}} {{topic}}"), unit="s",
               limits=[(300, "red")]),
        series("Lag in messages", ("max by (group, topic) (tipoff_group_lag_messages)", "{{group}} {{topic}}")),
        series("Members of the groups", ("max by (group) (tipoff_group_members)", "{{group}}"),
               help="No series with a broker that does not list groups."),
        series("Open runs", ("max by (lane) (tipoff_runs_open)", "{{lane}}")),
        table("Runs", "runs", since_hours="$hours", limit=50),
        table("Pipelines that did not come to their end", "incomplete-pipelines", hours="$hours"),
        table("What does not move", "stuck"),
        table("Nothing starts twice", "duplicate-triggers", hours="$hours", width=12),
        table("Ids that lead nowhere", "orphan-correlations", width=12),
    ]),
    dashboard("latency", "latency by hop", about="How long phases take, and what they wait for.", panels=[
        series("Phases, p95", ("max by (phase) (tipoff_phase_p95_seconds)", "phase {{phase}}"), unit="s",
               help="Live runs of 24 hours, from opening to closing."),
        series("Phases, median", ("max by (phase) (tipoff_phase_median_seconds)", "phase {{phase}}"), unit="s"),
        series("Share of the allowed time",
               ("100 * max by (phase) (tipoff_phase_p95_seconds) / max by (phase) (tipoff_phase_allowed_seconds)",
                "phase {{phase}}"), unit="percent", limits=[(100, "red")]),
        series("From the end of a phase to the next one's opening, p95",
               ("max by (phase) (tipoff_hop_p95_seconds)", "phase {{phase}}"), unit="s", limits=[(300, "red")]),
        series("Wait for the claim, p95",
               ("histogram_quantile(0.95, sum by (processor, le) (rate(tipoff_queue_seconds_bucket[30m])))",
                "{{processor}}"), unit="s"),
        series("Executions, p95",
               ("histogram_quantile(0.95, sum by (processor, le) (rate(tipoff_execution_seconds_bucket[30m])))",
                "{{processor}}"), unit="s"),
        series("Where the time goes", ("sum by (stage) (rate(tipoff_stage_seconds_total[5m]))", "{{stage}}"), unit="s",
               help="Seconds of work a second."),
        series("Broker's round trip, p99", ("max by (service, client) (tipoff_kafka_round_trip_p99_seconds)",
                                            "{{service}} {{client}}"), unit="s"),
        table("Phases against what they may take", "transition-latency", hours="$hours"),
    ]),
    dashboard("data-quality", "data quality", about="Is what was published complete, and is it current?", panels=[
        series("Funnel of today's slate", ("max by (step) (tipoff_slate_players)", "{{step}}")),
        series("Coverage", ("max(tipoff_slate_coverage_percent)", "predicted of expected"), unit="percent"),
        series("Age of the data in the newest documents", ("max by (kind) (tipoff_document_data_age_seconds)", "{{kind}}"),
               unit="s"),
        series("A change waits for a document, of its budget",
               ("100 * max by (kind) (tipoff_document_waits_seconds) / max by (kind) (tipoff_document_budget_seconds)",
                "{{kind}}"), unit="percent", limits=[(100, "red")]),
        series("Rows changed a second", ("sum by (processor) (rate(tipoff_rows_changed_total[5m]))", "{{processor}}"),
               unit="ops"),
        series("Rows quarantined a second", ("sum by (processor) (rate(tipoff_rows_quarantined_total[5m]))",
                                             "{{processor}}"), unit="ops", limits=[(0.01, "red")]),
        table("Coverage per game", "coverage", **{"from": FROM, "to": TO}),
        table("Documents", "freshness"),
        table("Successes that wrote nothing", "silent-failures", **{"from": FROM, "to": TO}),
        table("Phases", "phase-breakdown", hours="$hours", width=12),
        table("Failures by fingerprint", "recent-failures", hours="$hours", width=12),
    ]),
    dashboard("trends", "trends of 30 days", span="now-30d", about="What gets slower, and what fails more often.", panels=[
        series("Phases, p95", ("max by (phase) (tipoff_phase_p95_seconds)", "phase {{phase}}"), unit="s"),
        series("Failed and retried attempts", ("max by (phase) (tipoff_phase_failure_percent)", "phase {{phase}}"),
               unit="percent", limits=[(5, "orange"), (10, "red")]),
        series("Coverage", ("max(tipoff_slate_coverage_percent)", "predicted of expected"), unit="percent"),
        series("Alerts that are open", ("max by (level) (tipoff_alerts_open)", "{{level}}")),
        series("Dead letters", ("sum(max by (topic) (tipoff_dead_letters))", "waiting")),
        series("Memory of the services", ("sum by (service) (process_private_memory_bytes)", "{{service}}"), unit="bytes"),
        table("Coverage per date", "coverage", grain="date", **{"from": FROM, "to": TO}),
        table("Phases", "phase-breakdown", hours="$hours"),
        table("Phases against what they may take", "transition-latency", hours="$hours"),
    ]),
    dashboard("dlq", "dead letters", about="What will not be tried again until somebody decides.", panels=[
        series("Dead letters that wait", ("max by (topic) (tipoff_dead_letters)", "{{topic}}"), limits=[(1, "red")]),
        series("Messages refused a second", ("sum by (topic) (rate(tipoff_messages_rejected_total[5m]))", "{{topic}}"),
               unit="ops"),
        series("Messages sent again a second", ("sum by (service) (rate(tipoff_messages_resent_total[5m]))", "{{service}}"),
               unit="ops"),
        series("Executions that had lost their lease a second",
               ("sum by (service) (rate(tipoff_executions_fenced_total[5m]))", "{{service}}"), unit="ops"),
        table("By topic, processor and reason", "dead-letters"),
        table("Failures by fingerprint", "recent-failures", hours="$hours"),
    ]),
    dashboard("backfill", "backfill", about="How far a backfill is, and whether live work waits for it.", panels=[
        series("Jobs of 30 days", ("max by (state) (tipoff_backfill_jobs)", "{{state}}")),
        series("Open runs", ("max by (lane) (tipoff_runs_open)", "{{lane}}")),
        series("Since the oldest open run", ("max by (lane) (tipoff_run_oldest_seconds)", "{{lane}}"), unit="s"),
        series("Wait for the claim, p95, all lanes",
               ("histogram_quantile(0.95, sum by (service, le) (rate(tipoff_queue_seconds_bucket[30m])))", "{{service}}"),
               unit="s"),
        table("Jobs", "backfill-jobs"),
        table("Runs of the lane", "runs", lane="backfill", since_hours="$hours"),
    ]),
    dashboard("efficiency", "efficiency", span="now-7d", about="What of the work was needed: the decision query.", panels=[
        series("Rows changed a second", ("sum(rate(tipoff_rows_changed_total[30m]))", "rows"), unit="ops"),
        series("Where the time goes", ("sum by (stage) (rate(tipoff_stage_seconds_total[30m]))", "{{stage}}"), unit="s"),
        series("Executions a second", ("sum by (processor) (rate(tipoff_executions_total[30m]))", "{{processor}}"),
               unit="ops"),
        series("Processor time of the services", ("sum by (service) (rate(process_cpu_seconds_total[5m]))", "{{service}}"),
               unit="s"),
        table("The decision query: build where it says build", "waste", height=14, **{"from": FROM, "to": TO}),
    ]),
]


def files():
    """Path and text of every dashboard."""
    for board in DASHBOARDS:
        name = board["uid"].removeprefix("tipoff-")
        yield HERE / "dashboards" / f"{name}.json", json.dumps(board, indent=2, ensure_ascii=False) + "\n"


def main():
    wanted = dict(files())
    if sys.argv[1:] == ["--check"]:
        there = set((HERE / "dashboards").glob("*.json"))
        stale = [path for path, text in wanted.items() if path not in there or path.read_text() != text]
        stale += sorted(there - set(wanted))
        for path in stale:
            print(f"{path.name} is not what deploy/grafana/generate.py writes", file=sys.stderr)
        return 1 if stale else 0
    if sys.argv[1:]:
        print("usage: deploy/grafana/generate.py [--check]", file=sys.stderr)
        return 2
    for path, text in wanted.items():
        path.write_text(text)
        print(path.relative_to(HERE.parents[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

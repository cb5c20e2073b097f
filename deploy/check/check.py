"""Checks the deployment files without a Docker engine or a cluster.

compose.yaml is validated against the compose-spec schema, the manifests against the strict Kubernetes schemas.
Beyond the schemas it checks what they cannot know: that each executable has its service and its Deployment, that
names of settings exist, that references resolve, and that every workload has its probes and its restrictions.
"""

import argparse
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
from importlib import resources

import jsonschema
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = ROOT / "deploy" / "k8s" / "base"
KUBERNETES = "1.37"
SERVICES = [
    "scrapers", "raw", "phase2-to-phase3", "analytics", "phase3-to-phase4", "precompute", "phase4-to-phase5",
    "predictions", "publishing", "console",
]
# The names that deploy/ may set: the documented ones and whatever else the code reads.
SETTINGS = {
    "TIPOFF_KAFKA_BROKERS", "TIPOFF_KAFKA_SETTINGS", "TIPOFF_TOPIC_PREFIX", "TIPOFF_DATABASE_URL",
    "TIPOFF_DATABASE_CONNECTIONS", "TIPOFF_DATABASE_ROLE", "TIPOFF_OBJECT_STORE", "TIPOFF_S3_ACCESS_KEY", "TIPOFF_S3_SECRET_KEY",
    "TIPOFF_HTTP_HOST", "TIPOFF_HTTP_PORT", "TIPOFF_ADDRESS_FILE", "TIPOFF_LOG_LEVEL", "TIPOFF_LOG_FILE",
    "TIPOFF_LOG_FILE_BYTES", "TIPOFF_CLOCK", "TIPOFF_BUILD_COMMIT", "TIPOFF_LEASE", "TIPOFF_SOURCE_URL",
    "TIPOFF_ODDS_API_KEY", "TIPOFF_BETTINGPROS_API_KEY", "TIPOFF_BALLDONTLIE_API_KEY", "TIPOFF_DRIVE_TOKEN", "TIPOFF_SOURCE_ALLOW_PRIVATE",
} | {
    name
    for folder in ("Libraries", "Services")
    for path in (ROOT / folder).rglob("*.swift")
    for name in re.findall(r'"(TIPOFF_[A-Z0-9_]+)"', path.read_text())
}
FIXED_TAG = re.compile(r"^[a-z0-9./-]+:v?\d[\w.-]*$")

problems: list[str] = []


def check(condition: bool, message: str) -> None:
    if not condition:
        problems.append(message)


def load(path: pathlib.Path) -> list[dict]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document is not None]


def interpolated(value):
    """Replaces ${NAME:-default} the way compose does with nothing set outside."""
    if isinstance(value, dict):
        return {key: interpolated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolated(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"\$\{\w+(?::?-([^}]*))?\}", lambda match: match.group(1) or "", value)
    return value


def database_role(service: str) -> str:
    return "tipoff_" + service.replace("-", "_")


# --- compose ---------------------------------------------------------------------------------------------------------


def compose_errors(compose: dict) -> list[str]:
    name = "builtin_schemas/vendor/compose-spec.json"
    schema = json.loads(resources.files("check_jsonschema").joinpath(name).read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(compose)]


def check_compose() -> None:
    compose = interpolated(load(ROOT / "deploy" / "compose.yaml")[0])
    problems.extend(f"compose.yaml: {error}" for error in compose_errors(compose))

    # A check that cannot fail proves nothing: the schema must refuse a misspelt key and a wrong type.
    for key, value in [("restrat", "always"), ("healthcheck", "yes")]:
        broken = copy.deepcopy(compose)
        broken["services"]["raw"][key] = value
        check(bool(compose_errors(broken)), f"the compose schema accepts services.raw.{key} = {value!r}")

    services = compose["services"]
    for name in SERVICES:
        if name not in services:
            check(False, f"compose.yaml: no service {name}")
            continue
        service = services[name]
        check(service.get("command") == [name], f"compose.yaml: {name} does not run {name}")
        check("/readyz" in service["healthcheck"]["test"], f"compose.yaml: {name} is not checked on /readyz")
        role = service["environment"].get("TIPOFF_DATABASE_ROLE")
        check(role == database_role(name), f"compose.yaml: {name} runs as database role {role}")
    profiles = {name: set(service.get("profiles", [])) for name, service in services.items()}
    for name, service in services.items():
        environment = service.get("environment", {})
        unknown = {key for key in environment if key.startswith("TIPOFF_")} - SETTINGS
        check(not unknown, f"compose.yaml: {name} has unknown settings {sorted(unknown)}")
        if "build" not in service:
            check(bool(FIXED_TAG.match(service["image"])), f"compose.yaml: the version of {service['image']} is not fixed")
        for other, dependency in service.get("depends_on", {}).items():
            if other not in services:
                check(False, f"compose.yaml: {name} depends on {other}, which is not there")
                continue
            reached = not profiles[other] or profiles[name] <= profiles[other]
            check(reached, f"compose.yaml: {other} is not in every profile of {name}")
            if dependency["condition"] == "service_healthy":
                check("healthcheck" in services[other], f"compose.yaml: {other} has no health check")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = (ROOT / "deploy" / source).exists() if source.startswith("./") else source in compose["volumes"]
            check(known, f"compose.yaml: {name} uses an unknown volume {volume}")
    for profile, expected in [("ingest", 3), ("warehouse", 7), ("all", 10)]:
        count = sum(profile in profiles.get(name, ()) for name in SERVICES)
        check(count == expected, f"compose.yaml: profile {profile} has {count} services, not {expected}")


# --- Kubernetes ------------------------------------------------------------------------------------------------------


def manifest_error(manifest: dict) -> str | None:
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        return error.message
    return None


def check_pod(owner: str, pod: dict, configuration: set[str]) -> None:
    check(pod.get("automountServiceAccountToken") is False, f"{owner}: mounts the account's token")
    check(pod["securityContext"].get("runAsNonRoot") is True, f"{owner}: may run as root")
    for container in pod.get("initContainers", []) + pod["containers"]:
        name = f"{owner}/{container['name']}"
        security = container.get("securityContext", {})
        check(security.get("readOnlyRootFilesystem") is True, f"{name}: root file system can be written")
        check(security.get("allowPrivilegeEscalation") is False, f"{name}: privileges can escalate")
        check(security.get("capabilities", {}).get("drop") == ["ALL"], f"{name}: keeps capabilities")
        check("memory" in container["resources"]["limits"], f"{name}: no memory limit")
        unknown = {entry["name"] for entry in container.get("env", [])} - SETTINGS
        check(not unknown, f"{name}: unknown settings {sorted(unknown)}")
        for source in container.get("envFrom", []):
            for kind in ("configMapRef", "secretRef"):
                if kind in source:
                    check(f"{kind}:{source[kind]['name']}" in configuration, f"{name}: {source} does not exist")
        mounts = {mount["name"] for mount in container.get("volumeMounts", [])}
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        check(mounts <= volumes, f"{name}: mounts {sorted(mounts - volumes)} without a volume")


def check_deployment(manifest: dict, disruption_budgets: list[dict]) -> None:
    name = manifest["metadata"]["name"]
    template = manifest["spec"]["template"]
    labels = template["metadata"]["labels"]
    selector = manifest["spec"]["selector"]["matchLabels"]
    check(selector.items() <= labels.items(), f"{name}: the selector does not match the pods")
    container = template["spec"]["containers"][0]
    check(container.get("command") == [name], f"{name}: does not run {name}")
    roles = [entry["value"] for entry in container.get("env", []) if entry["name"] == "TIPOFF_DATABASE_ROLE"]
    check(roles == [database_role(name)], f"{name}: runs as database role {roles}")
    for probe, path in [("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")]:
        check(container.get(probe, {}).get("httpGet", {}).get("path") == path, f"{name}: no {probe} on {path}")
    ports = {port["name"] for port in container.get("ports", [])}
    check("http" in ports, f"{name}: no port named http")
    covering = [b for b in disruption_budgets if b["spec"]["selector"]["matchLabels"].items() <= labels.items()]
    check(len(covering) == 1, f"{name}: {len(covering)} disruption budgets")


def check_manifests(manifests: list[dict], origin: str) -> None:
    for manifest in manifests:
        error = manifest_error(manifest)
        name = f"{manifest['kind']} {manifest['metadata']['name']}"
        check(error is None, f"{origin}: {name}: {error}")
    deployments = {m["metadata"]["name"]: m for m in manifests if m["kind"] == "Deployment"}
    check(set(deployments) == set(SERVICES), f"{origin}: Deployments are {sorted(deployments)}")
    budgets = [m for m in manifests if m["kind"] == "PodDisruptionBudget"]
    accounts = {m["metadata"]["name"] for m in manifests if m["kind"] == "ServiceAccount"}
    # The Secret is made outside, with the example's name.
    configuration = {f"configMapRef:{m['metadata']['name']}" for m in manifests if m["kind"] == "ConfigMap"}
    secrets = load(BASE / "secret.example.yaml")
    configuration |= {f"secretRef:{m['metadata']['name']}" for m in secrets}
    for manifest in manifests:
        if manifest["kind"] in ("Deployment", "Job"):
            name = f"{origin}: {manifest['metadata']['name']}"
            pod = manifest["spec"]["template"]["spec"]
            check(pod.get("serviceAccountName") in accounts, f"{name}: unknown service account")
            check_pod(name, pod, configuration)
        if manifest["kind"] == "Deployment":
            check_deployment(manifest, budgets)
        if manifest["kind"] == "ConfigMap":
            keys, secret_keys = set(manifest["data"]), set(secrets[0]["stringData"])
            check(keys <= SETTINGS, f"{origin}: ConfigMap has unknown settings {sorted(keys - SETTINGS)}")
            check(secret_keys <= SETTINGS, f"{origin}: Secret has unknown settings {sorted(secret_keys - SETTINGS)}")
            check(not keys & secret_keys, f"{origin}: in ConfigMap and Secret: {sorted(keys & secret_keys)}")
    policies = [m for m in manifests if m["kind"] == "NetworkPolicy"]
    check(any(p["spec"]["podSelector"] == {} for p in policies), f"{origin}: nothing denies by default")

    broken = copy.deepcopy(deployments["raw"])
    broken["spec"]["replica"] = 2
    check(manifest_error(broken) is not None, "the Kubernetes schema accepts a misspelt field")


def check_base() -> None:
    kustomization = load(BASE / "kustomization.yaml")[0]
    files = {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml", "secret.example.yaml"}
    listed = kustomization["resources"]
    check(files == set(listed), f"kustomization.yaml and the folder differ: {sorted(files ^ set(listed))}")
    manifests = [manifest for name in listed for manifest in load(BASE / name)]
    check_manifests(manifests, "k8s/base")
    for secret in load(BASE / "secret.example.yaml"):
        error = manifest_error(secret)
        check(error is None, f"secret.example.yaml: {error}")


# --- Prometheus and Grafana ------------------------------------------------------------------------------------------


def check_prometheus() -> None:
    folder = ROOT / "deploy" / "prometheus"
    configuration = load(folder / "prometheus.yml")[0]
    jobs = {job["job_name"]: job for job in configuration["scrape_configs"]}
    entries = jobs["tipoff"]["static_configs"]
    scraped = {entry["labels"]["service"]: entry["targets"] for entry in entries}
    # The names of compose are the host names there.
    # The console shows its figures to who logs in or has a token.
    expected = {name: [f"{name}:8080"] for name in SERVICES if name != "console"}
    check(scraped == expected, f"prometheus.yml scrapes {sorted(scraped)}")
    rules = [rule for path in folder.glob("rules/*.yml") for group in load(path)[0]["groups"] for rule in group["rules"]]
    tests = (folder / "rules_test.yml").read_text()
    for rule in rules:
        if "alert" not in rule:
            continue
        name = rule["alert"]
        check(rule["labels"]["severity"] in ("info", "warning", "error", "critical"), f"{name}: unknown severity")
        check({"summary", "do"} <= set(rule["annotations"]), f"{name}: does not say what to do")
        for word in ("fires", "stays silent"):
            check(f"name: {name} {word}" in tests, f"rules_test.yml: {name} has no case that {word}")
    names = [rule.get("alert") or rule["record"] for rule in rules]
    check(len(names) == len(set(names)), "prometheus: two rules have one name")
    # Where promtool is at hand, its own checks and the unit tests run, too.
    if shutil.which("promtool"):
        for arguments in (["check", "config", "prometheus.yml"], ["test", "rules", "rules_test.yml"]):
            done = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)
            check(done.returncode == 0, f"promtool {' '.join(arguments)}: {done.stdout}{done.stderr}")
    else:
        print("promtool is not installed: the rules were not tested", file=sys.stderr)


def check_grafana() -> None:
    folder = ROOT / "deploy" / "grafana"
    written = subprocess.run(
        [sys.executable, folder / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    check(written.returncode == 0, f"grafana: {written.stderr.strip()}: run deploy/grafana/generate.py")
    provisioned = load(folder / "provisioning" / "datasources" / "tipoff.yml")[0]["datasources"]
    sources = {(source["type"], source["uid"]) for source in provisioned}
    boards = [json.loads(path.read_text()) for path in sorted(folder.glob("dashboards/*.json"))]
    uids = [board["uid"] for board in boards]
    check(len(boards) >= 7 and len(uids) == len(set(uids)), f"grafana: dashboards are {uids}")
    for board in boards:
        for problem in dashboard_problems(board, sources):
            check(False, f"grafana: {board['title']}: {problem}")
    broken = copy.deepcopy(boards[0])
    broken["panels"][0]["targets"][0]["expr"] = ""
    broken["panels"][1]["gridPos"]["w"] = 30
    check(len(dashboard_problems(broken, sources)) == 2, "the check of dashboards accepts broken panels")


def dashboard_problems(board: dict, sources: set[tuple[str, str]]) -> list[str]:
    found = []
    panels = board["panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        found.append("two panels have one id")
    for panel in panels:
        place = panel["gridPos"]
        if not (0 <= place["x"] and place["x"] + place["w"] <= 24 and place["h"] > 0):
            found.append(f"{panel['title']} does not fit the grid")
        for target in panel["targets"]:
            source = target["datasource"]
            if (source["type"], source["uid"]) not in sources:
                found.append(f"{panel['title']} asks {source}, which is not provisioned")
            if not (target.get("rawSql") or target.get("expr")):
                found.append(f"{panel['title']} asks nothing")
    return found


# --- names that several files share ----------------------------------------------------------------------------------


def check_names() -> None:
    package = (ROOT / "Package.swift").read_text()
    executables = set(re.findall(r'\.executable\(name: "([^"]+)"', package))
    check(set(SERVICES) <= executables, f"Package.swift lacks {sorted(set(SERVICES) - executables)}")
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    listed = re.search(r"for name in (.*?); do", dockerfile, re.DOTALL)
    copied = set(listed.group(1).replace("\\", " ").split()) if listed else set()
    # The embedded broker is for development and has no place in the image.
    expected = executables - {"devbroker"}
    check(copied == expected, f"Dockerfile and Package.swift differ: {sorted(copied ^ expected)}")
    for topic in load(ROOT / "topics.yaml")[0]["topics"]:
        for name in topic["producers"] + topic["consumers"]:
            check(name in executables, f"topics.yaml: {topic['name']} names {name}, which is no executable")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--manifests", metavar="FILE", help="check these rendered manifests only; - is standard input")
    arguments = parser.parse_args()
    if arguments.manifests:
        text = sys.stdin.read() if arguments.manifests == "-" else pathlib.Path(arguments.manifests).read_text()
        manifests = [document for document in yaml.safe_load_all(text) if document is not None]
        check_manifests(manifests, "rendered")
        subject = f"{len(manifests)} rendered manifests"
    else:
        check_compose()
        check_base()
        check_prometheus()
        check_grafana()
        check_names()
        subject = "compose.yaml, k8s/base, prometheus, grafana and shared names"
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    print(f"check-deploy: {subject}: {'ok' if not problems else f'{len(problems)} problems'}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

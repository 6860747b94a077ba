#!/usr/bin/env python3
"""Brings tests/Data up to date with a folder of recordings: what tests read, and nothing else.

  eng/recorded-data.py FOLDER          copy what differs, and remove what is no longer read
  eng/recorded-data.py --check FOLDER  only tell what differs; the exit code is 1 when anything does

FOLDER is where Falco and Falcosidekick were recorded; it has the folders charts, falco, plugins, sidekick and seed.
A test that needs another recording gets a line in READ. tests/Data/README.md says what each folder is.
"""
import gzip
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "Data"

# Patterns below FOLDER. Falco's own captures (those whose name does not begin with live-) and its rule files are left out: they
# are other people's files. live-bench is for measuring alone.
READ = [
    "charts/falco-seed-*.json",
    "charts/falcosidekick-*.json",
    "falco/captures/live-*.scap",
    "falco/events.tsv",
    "falco/fields.json",
    "falco/flags.tsv",
    "falco/metric-names.txt",
    "falco/ppm-sc.tsv",
    "falco/expected/alerts/live-*.jsonl",
    "falco/expected/conditions/conditions*.tsv",
    "falco/expected/conditions/live-*.tsv.gz",
    "falco/expected/conditions/refused.tsv",
    "falco/expected/fields/live-*.jsonl.gz",
    "falco/expected/simple_rules.yaml",
    "falco/expected/validate/*",
    "plugins/container/cgroups.tsv",
    "seed/falcosidekick.yaml",
    "seed/rules.yaml",
    "sidekick/alerts/*.json",
    "sidekick/config-cases.jsonl",
    "sidekick/config-env-special.jsonl",
    "sidekick/config-keys.tsv",
    "sidekick/enrichment.jsonl",
    "sidekick/http-api-tls.jsonl",
    "sidekick/http-api.jsonl",
    "sidekick/http-connections.jsonl",
    "sidekick/metrics.jsonl",
    "sidekick/minimum-priority.jsonl",
    *(f"sidekick/outputs/{name}/*.jsonl" for name in ("alertmanager", "aws.sns", "elasticsearch", "kafka", "loki", "pagerduty", "slack", "smtp", "splunk", "timescaledb", "webhook")),
    "sidekick/templates.jsonl",
]
LEFT_OUT = [
    "falco/captures/live-bench.scap",
    "falco/expected/alerts/*.upstream.jsonl",
    "sidekick/outputs/*/bad-url.jsonl",
    "sidekick/outputs/*/failures.jsonl",
    "sidekick/outputs/slack/tls.jsonl",
    "sidekick/outputs/webhook/tls.jsonl",
    "sidekick/outputs/webhook/k8s-names-not-text.jsonl",
]

# Text above this is kept compressed. Alerts are posted as they are, and read as they are.
LARGE = 16 * 1024


def fields(text):
    """Names, types and arguments of Falco's fields; the sentences that describe them are Falco's and stay away."""
    lines = ["name\ttype\targument\tlist"]
    for group in json.loads(text)["fieldclasses"]:
        for field in group["fields"]:
            argument = field["argument"]
            kinds = ""
            if argument is not None:
                kinds = ",".join(["required" if argument["required"] else "optional", *(t.lower() for t in argument["type"])])
            lines.append("\t".join([field["name"], field["type"], kinds, "list" if field["is_list"] else ""]))
    return ("\n".join(lines) + "\n").encode()


def environment(text):
    """Of a rendered chart, what its containers get from it: values, arguments, variables and Secrets. The manifests are the chart's and stay away."""
    rendered = json.loads(text)
    deployments, secrets = {}, {}
    for thing in rendered["objects"]:
        name = thing["metadata"]["name"]
        if thing["kind"] == "Secret":
            secrets[name] = thing.get("data") or {}
        elif thing["kind"] == "Deployment":
            containers = thing["spec"]["template"]["spec"]["containers"]
            deployments[name] = [{key: container[key] for key in ("name", "args", "env", "envFrom") if key in container} for container in containers]
    result = {"chart": rendered["chart"], "values": rendered["values"], "set": rendered["set"], "deployments": deployments, "secrets": secrets}
    return (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode()


def wanted(folder):
    """What tests/Data must hold: content by path."""
    result = {}
    left_out = {path for pattern in LEFT_OUT for path in folder.glob(pattern)}
    for pattern in READ:
        found = sorted(path for path in folder.glob(pattern) if path not in left_out)
        if not found:
            sys.exit(f"recorded-data.py: nothing in {folder} is named {pattern}.")
        for path in found:
            name, content = str(path.relative_to(folder)), path.read_bytes()
            if name == "falco/fields.json":
                name, content = "falco/fields.tsv", fields(content)
            elif name.startswith("charts/"):
                name, content = name + ".gz", environment(content)
            elif path.suffix == ".gz":
                content = gzip.decompress(content)
            elif len(content) > LARGE and path.suffix not in (".scap", ".json"):
                name += ".gz"
            result[name] = content
    return result


def present():
    """What it holds."""
    result = {}
    for path in DATA.rglob("*"):
        if path.is_file() and path != DATA / "README.md":
            content = path.read_bytes()
            result[str(path.relative_to(DATA))] = gzip.decompress(content) if path.suffix == ".gz" else content
    return result


def main(arguments):
    check = arguments[:1] == ["--check"]
    if len(arguments) != 1 + check or arguments[-1].startswith("-"):
        sys.exit(__doc__.strip())
    folder = pathlib.Path(arguments[-1])
    if not folder.is_dir():
        sys.exit(f"recorded-data.py: there is no folder {folder}.")
    new, old = wanted(folder), present()
    different = sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))
    for name in different:
        path = DATA / name
        print(f"{'missing' if name not in old else 'not read' if name not in new else 'different'}: {name}")
        if check:
            continue
        if name not in new:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(new[name], 9, mtime=0) if path.suffix == ".gz" else new[name])
    if check and different:
        sys.exit(f"tests/Data is not what was recorded. Mend it with: eng/recorded-data.py {folder}")


main(sys.argv[1:])

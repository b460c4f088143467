#!/bin/sh
# What the image `redis` does: its command, as another user than root.
set -eu
exec gosu redis "$@"

#!/bin/sh
# What the image `rabbitmq` does, with Debian's server: it reads /etc/rabbitmq/conf.d.
set -eu
mkdir -p /var/lib/rabbitmq/mnesia /var/log/rabbitmq
if [ -n "${RABBITMQ_ERLANG_COOKIE:-}" ]; then
  printf '%s' "$RABBITMQ_ERLANG_COOKIE" >/var/lib/rabbitmq/.erlang.cookie
  chmod 600 /var/lib/rabbitmq/.erlang.cookie
fi
chown -R rabbitmq: /var/lib/rabbitmq /var/log/rabbitmq
export RABBITMQ_LOGS=- HOME=/var/lib/rabbitmq
exec gosu rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server "$@"

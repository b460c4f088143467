#!/bin/sh
# Makes the secrets of docker-compose.yml, once: random passwords, and the files that programs and servers read them from.
# `sh deploy/compose/secrets.sh [FOLDER]`; the folder is .longshore-secrets without one. What is there stays.
set -eu
umask 077
folder=${1:-.longshore-secrets}
mkdir -p "$folder"

password() { # password NAME: prints the server's password, and makes it where it is not there
  [ -s "$folder/$1" ] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$folder/$1"
  cat "$folder/$1"
}

secret() { # secret NAME FORMAT VALUE: makes a file that processes in containers read as other users, where it is not there
  [ -s "$folder/$1" ] || printf "$2" "$3" > "$folder/$1"
  chmod 644 "$folder/$1"
}

broker=$(password broker_password)
warehouse=$(password warehouse_password)
cache=$(password cache_password)
chmod 644 "$folder/warehouse_password"

secret rabbitmq.conf 'default_user = longshore\ndefault_pass = %s\n' "$broker"
secret redis.conf 'requirepass %s\nsave ""\nappendonly no\nmaxmemory-policy noeviction\n' "$cache"
secret amqp_url 'amqp://longshore:%s@rabbitmq:5672/%%2F\n' "$broker"
secret postgres_url 'postgres://longshore:%s@postgres:5432/warehouse?sslmode=disable\n' "$warehouse"
secret redis_url 'redis://:%s@redis:6379/0\n' "$cache"
# Who may look at the console: a line for each person, with a role of reader, viewer or operator.
secret console_tokens 'me operator %s\n' "$(password console_token)"
# Where alerts are told: put the address of your own in its place.
secret alert_webhook_url '%s\n' 'http://127.0.0.1:9/'
# Containers reach the files one by one; on this machine nobody else gets into the folder.
chmod 700 "$folder"

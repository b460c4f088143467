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

secret() { # secret NAME: writes standard input to a file that processes in containers read as other users
  cat > "$folder/$1.new"
  chmod 444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}

broker=$(password broker_password)
warehouse=$(password warehouse_password)
cache=$(password cache_password)
chmod 444 "$folder/warehouse_password"

printf 'default_user = longshore\ndefault_pass = %s\n' "$broker" | secret rabbitmq.conf
printf 'requirepass %s\nsave ""\nappendonly no\nmaxmemory-policy noeviction\n' "$cache" | secret redis.conf
printf 'amqp://longshore:%s@rabbitmq:5672/%%2F\n' "$broker" | secret amqp_url
printf 'postgres://longshore:%s@postgres:5432/warehouse?sslmode=disable\n' "$warehouse" | secret postgres_url
printf 'redis://:%s@redis:6379/0\n' "$cache" | secret redis_url
# Where alerts are told: put the address of your own in its place.
[ -s "$folder/alert_webhook_url" ] || printf 'http://127.0.0.1:9/\n' | secret alert_webhook_url
# Containers reach the files one by one; on this machine nobody else gets into the folder.
chmod 700 "$folder"

#!/bin/sh
# Makes the images that the compose file names out of Debian's packages, where no registry of images can be reached:
# `bases.sh FOLDER` leaves bookworm.tar (what Longshore's image is built on) and trixie.tar (RabbitMQ 4, Postgres 17, Redis 8). What is
# there already stays.
set -eu
folder=$1
mkdir -p "$folder"

slim() { # slim ROOT: takes away what no container reads
  rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/* "$1"/usr/share/doc/* "$1"/usr/share/man/* \
    "$1"/usr/share/locale/*
}

base() { # base SUITE [PACKAGES]: prints the folder of a new root with these packages
  root=$folder/$1.root
  rm -rf "$root"
  debootstrap --variant=minbase ${2:+--include="$2"} "$1" "$root" >"$folder/$1.log" 2>&1 || {
    echo "debootstrap of $1 failed: see $folder/$1.log" >&2
    exit 1
  }
  slim "$root"
}

pack() { # pack SUITE
  tar --create --file "$folder/$1.tar.new" --directory "$folder/$1.root" --exclude './proc/*' --exclude './sys/*' .
  mv "$folder/$1.tar.new" "$folder/$1.tar"
  rm -rf "$folder/$1.root"
}

[ -s "$folder/bookworm.tar" ] || { base bookworm ca-certificates; pack bookworm; }
[ -s "$folder/trixie.tar" ] || {
  base trixie ca-certificates,rabbitmq-server,postgresql-17,redis-server,gosu,procps
  pack trixie
}

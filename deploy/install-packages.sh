#!/bin/sh
# Installs the Debian packages that building, testing and running Longshore on one machine takes, as
# far as they are missing. Run it as root, or as a user who may use sudo. When nothing is missing it
# does nothing.
set -eu

# What the Swift toolchain itself needs to compile and link.
toolchain="binutils gcc libc6-dev libstdc++-12-dev libcurl4 libedit2 libicu72 libncurses6 libpython3.11
  libsqlite3-0 libxml2 libz3-4 tzdata"
# What the package manager, the Makefile, and the tests and examples call; netbase is what makes
# `localhost` a name.
tools="ca-certificates git make netbase openssl pkg-config python3"
# What makes PNG of charts, with a font.
pictures="librsvg2-bin fonts-dejavu-core"
# The C libraries, and the servers of the local stack.
libraries="librabbitmq-dev libpq-dev libhiredis-dev libssl-dev zlib1g-dev libzstd-dev libbz2-dev
  libcurl4-openssl-dev libmariadb-dev libmongoc-dev libmicrohttpd-dev"
servers="rabbitmq-server redis-server postgresql mariadb-server"

state() { # state PACKAGE: prints dpkg's word for it, such as `installed`
  dpkg-query --show --showformat='${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

if ! command -v dpkg-query >/dev/null; then
  echo "This is not Debian: install what these packages hold by other means:" >&2
  echo $toolchain $tools $pictures $libraries $servers >&2
  exit 1
fi

missing=""
for package in $toolchain $tools $pictures $libraries $servers; do
  case "$(state "$package")" in
    # half-configured: its own service could not be started, as in a bare root filesystem. Longshore
    # runs the program, never the service.
    installed | half-configured | triggers-*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  echo "These packages are missing, and there is no sudo. Run as root:" >&2
  echo "  apt-get update && apt-get install --yes --no-install-recommends$missing" >&2
  exit 1
fi

echo "Installing:$missing"
as_root apt-get update --quiet=2
as_root apt-get install --yes --quiet=2 -o Dpkg::Use-Pty=0 --no-install-recommends $missing || failed=$?

for package in $missing; do
  case "$(state "$package")" in
    installed | triggers-*) ;;
    half-configured) echo "The service of $package could not be started; Longshore does not use it." ;;
    *)
      echo "apt-get could not install $package (status ${failed:-0}); its messages are above." >&2
      exit 1
      ;;
  esac
done

#!/bin/sh
# Makes ready what the tests of the console's pages take: chromium, and playwright with axe in a virtual environment of
# python, in the folder that is given. Without the network, or without a right to install, it says so and the tests of
# pages are skipped: everything else is tested all the same.
set -eu
folder=${1:?a folder for the virtual environment}
packages="chromium fonts-inter python3-venv"

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo --non-interactive env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

leave() {
  echo "The console's pages are not looked at by a browser: $1."
  exit 0
}

ready() { "$folder/bin/python3" -c 'import playwright.sync_api, axe_playwright_python.sync_playwright' 2>/dev/null; }

if [ -x /usr/bin/chromium ] && ready; then exit 0; fi
command -v dpkg-query >/dev/null || leave "this is not Debian; it takes $packages, and playwright and axe-playwright-python of PyPI"
if ! dpkg-query --show $packages >/dev/null 2>&1; then
  echo "Installing: $packages"
  as_root apt-get install --yes --quiet=2 -o Dpkg::Use-Pty=0 --no-install-recommends $packages \
    || leave "apt-get could not install $packages"
fi
python3 -m venv "$folder" || leave "python3 made no virtual environment"
"$folder/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2 axe-playwright-python==0.1.8 \
  || leave "pip could not install playwright and axe-playwright-python"
ready || leave "playwright does not run"

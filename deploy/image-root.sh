#!/bin/sh
# Makes the root of Longshore's image: `image-root.sh FOLDER`, where Debian's packages and the program are installed. In FOLDER is
# then what the program opens, and nothing else: no shell, no package manager. Each package that something is of keeps its
# entry of dpkg's list, in the place where scanners look.
set -eu
root=$1
libraries=/usr/lib/$(uname -m)-linux-gnu

mkdir -p "$root/usr/bin" "$root/usr/lib64" "$root/etc" "$root/run" "$root/tmp" "$root/var/lib/dpkg/status.d"
chmod 1777 "$root/tmp"
for name in bin lib lib64; do ln -s "usr/$name" "$root/$name"; done

take() { # take PATH…: folders as they are, files instead of links to them
  for path in "$@"; do
    mkdir -p "$root${path%/*}"
    if [ -d "$path" ]; then cp -a "$path" "$root${path%/*}"; else cp -pL "$path" "$root$path"; fi
    echo "$path" >>/tmp/taken
  done
}

take /usr/bin/longshore /usr/bin/tini
# PNG of charts: the program, and what it is started by.
take /usr/bin/rsvg-convert /usr/bin/env /usr/bin/prlimit /etc/fonts /usr/share/fontconfig /usr/share/fonts
# Authorities, zones, texts in UTF-8, names of hosts and users.
take /etc/ssl /usr/share/ca-certificates /usr/share/zoneinfo /usr/lib/ssl /usr/lib/locale/C.utf8
take /etc/nsswitch.conf /etc/passwd /etc/group /etc/os-release
rm -rf "$root/usr/share/zoneinfo/right" "$root/usr/share/zoneinfo/posix"
# Logins to MariaDB, and the encodings that CSV files may be in.
take "$libraries/libmariadb3"
for name in 'gconv-modules*' 'ISO8859-*' 'CP*' 'IBM[48]*' 'KOI8-*' 'MAC*' UTF-32.so; do
  take $(find "$libraries/gconv" -maxdepth 1 -name "$name")
done

# The libraries that all this needs.
find "$root/usr/bin" "$root/usr/lib" -type f -exec ldd {} + >/tmp/needed 2>/dev/null || true
if grep 'not found' /tmp/needed; then exit 1; fi
take $(sed -n 's|^\t\(.* => \)*\(/[^ ]*\) (.*|\2|p' /tmp/needed | sort -u)
ldconfig -r "$root"
# It comes as a layer of its own: the rest changes seldom.
rm "$root/usr/bin/longshore"

# dpkg's list has a file below /lib or below /usr/lib.
dpkg-query --search $(sed 's|^/usr||; s|.*|& /usr&|' /tmp/taken) 2>/dev/null \
  | sed 's|: .*||; s|:[^,]*||g; s|, |\n|g' | sort -u \
  | while read -r package; do
    dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"
  done

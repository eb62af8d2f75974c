#!/bin/sh
# Unpacks Debian's package `chromium`, and the libraries that this machine lacks, into .tools/chromium. Where there is no apt, it says so in
# one line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
[ -x .tools/chromium/chromium ] && exit 0
. tools/debian.sh
begin_debian chromium "install Chromium, or set CHROMIUM_PATH"
unpack_all "$work/root" chromium
# Debian's own start script reads /etc and asks a desktop.
write_start "$work/root" chromium usr/lib/chromium/chromium
"$work/root/chromium" --version
keep "$work/root" chromium

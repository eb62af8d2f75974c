#!/bin/sh
# Unpacks Debian's packages `wrk` and `nginx-light`, with the libraries that this machine lacks, into .tools/wrk and .tools/nginx, where
# they are not on PATH. Where there is no apt, it says so in one line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
command -v wrk >/dev/null && command -v nginx >/dev/null && exit 0
[ -x .tools/wrk/wrk ] && [ -x .tools/nginx/nginx ] && exit 0
. tools/debian.sh
begin_debian bench "install wrk and nginx, which send and answer the measured requests"
unpack_all "$work/wrk" wrk
write_start "$work/wrk" wrk usr/bin/wrk
keep "$work/wrk" wrk
unpack_all "$work/nginx" nginx-light
write_start "$work/nginx" nginx usr/sbin/nginx
keep "$work/nginx" nginx

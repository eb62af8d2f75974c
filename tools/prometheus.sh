#!/bin/sh
# Unpacks Debian's package `prometheus`, with promtool, into .tools/prometheus. Both are programs without libraries of their own. Where there
# is no apt, it says so in one line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
[ -x .tools/prometheus/prometheus ] && exit 0
. tools/debian.sh
begin_debian prometheus "install Prometheus, or set PROMETHEUS_PATH"
unpack "$work/root" prometheus
"$work/root/usr/bin/prometheus" --version
keep "$work/root/usr/bin" prometheus

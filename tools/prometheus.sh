#!/bin/sh
# Unpacks Debian's package `prometheus`, with promtool, into .tools/prometheus: nothing is installed, and no other user's rights are
# needed. Both are programs without libraries of their own. Where there is no apt, it says so in one line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
target=$PWD/.tools/prometheus
[ -x "$target/prometheus" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
  echo "prometheus: no apt-get here: install Prometheus, or set PROMETHEUS_PATH" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial"
# The lists of packages and the archives are in our own folder: root is not needed.
options="-qq -o Dir::State::Lists=$work/lists -o Dir::Cache=$work -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=1 -o Acquire::http::Timeout=20"
apt-get $options update
(cd "$work" && apt-get $options download prometheus && dpkg-deb --extract prometheus_*.deb root)
"$work/root/usr/bin/prometheus" --version
mkdir -p .tools
rm -rf "$target"
mv "$work/root/usr/bin" "$target"

#!/bin/sh
# Unpacks Debian's package `chromium`, and the libraries that this machine lacks, into .tools/chromium: nothing is installed, and no
# other user's rights are needed. Where there is no apt, it says so in one line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
target=$PWD/.tools/chromium
[ -x "$target/chromium" ] && exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
  echo "chromium: no apt-get here: install Chromium, or set CHROMIUM_PATH" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
# The lists of packages and the archives are in our own folder: root is not needed.
options="-qq -o Dir::State::Lists=$work/lists -o Dir::Cache=$work -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=1 -o Acquire::http::Timeout=20"
apt-get $options update
packages=$(apt-get $options install --no-install-recommends --simulate chromium | awk '/^Inst/ { print $2 }')
[ -n "$packages" ] || packages=chromium
(cd "$work" && apt-get $options download $packages)
for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$work/root"; done

# Debian's own start script reads /etc and asks a desktop; this one starts the program with the libraries beside it.
cat >"$work/root/chromium" <<'SCRIPT'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
for folder in "$here"/usr/lib/*-linux-gnu "$here"/usr/lib/*-linux-gnu/pulseaudio; do
  LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$here/usr/lib/chromium/chromium" "$@"
SCRIPT
chmod +x "$work/root/chromium"
"$work/root/chromium" --version
mkdir -p .tools
rm -rf "$target"
mv "$work/root" "$target"

#!/bin/sh
# Unpacks Debian's packages `wrk` and `nginx-light`, with the libraries that this machine lacks, into .tools/wrk and .tools/nginx, where
# they are not on PATH: nothing is installed, and no other user's rights are needed. Where there is no apt, it says so in one line and
# ends with 1.
set -eu
cd "$(dirname "$0")/.."
command -v wrk >/dev/null && command -v nginx >/dev/null && exit 0
[ -x .tools/wrk/wrk ] && [ -x .tools/nginx/nginx ] && exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
  echo "bench: no apt-get here: install wrk and nginx, which send and answer the measured requests" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial"
# The lists of packages and the archives are in our own folder: root is not needed.
options="-qq -o Dir::State::Lists=$work/lists -o Dir::Cache=$work -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=1 -o Acquire::http::Timeout=20"
apt-get $options update

# The program $2 of the package $1, whose file is $3 there, becomes .tools/$2/$2, a script that starts it with the libraries beside it.
unpack() {
  root=$work/$2
  mkdir -p "$root" "$work/$2.packages"
  packages=$(apt-get $options install --no-install-recommends --simulate "$1" | awk '/^Inst/ { print $2 }')
  (cd "$work/$2.packages" && apt-get $options download ${packages:-$1})
  for package in "$work/$2.packages"/*.deb; do dpkg-deb --extract "$package" "$root"; done
  cat >"$root/$2" <<SCRIPT
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
for folder in "\$here"/usr/lib/*-linux-gnu; do
  LD_LIBRARY_PATH=\$folder\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "\$here/$3" "\$@"
SCRIPT
  chmod +x "$root/$2"
  mkdir -p .tools
  rm -rf ".tools/$2"
  mv "$root" ".tools/$2"
}
unpack wrk wrk usr/bin/wrk
unpack nginx-light nginx usr/sbin/nginx

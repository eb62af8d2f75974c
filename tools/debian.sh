# Read by scripts that unpack packages of Debian into .tools: nothing is installed, and no other user's rights are needed.

# begin_debian WHO WHAT: reads Debian's lists of packages. Where there is no apt, the script says in one
# line WHAT to do for WHO, and ends with 1. $work is a folder that is removed at the end.
begin_debian() {
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
    echo "$1: no apt-get here: $2" >&2
    exit 1
  }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  # The lists of packages and the archives are in our own folder: root is not needed.
  options="-qq -o Dir::State::Lists=$work/lists -o Dir::Cache=$work -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Retries=1 -o Acquire::http::Timeout=20"
  apt-get $options update
}

# unpack ROOT PACKAGE...: unpacks packages into the folder ROOT.
unpack() {
  root=$1
  shift
  archives=$(mktemp -d "$work/archives.XXXXXX")
  mkdir -p "$root"
  (cd "$archives" && apt-get $options download "$@")
  for archive in "$archives"/*.deb; do dpkg-deb --extract "$archive" "$root"; done
}

# unpack_all ROOT PACKAGE: the same for a package and the libraries that this machine lacks.
unpack_all() {
  packages=$(apt-get $options install --no-install-recommends --simulate "$2" | awk '/^Inst/ { print $2 }')
  unpack "$1" ${packages:-$2}
}

# write_start ROOT NAME PROGRAM: writes a script NAME into ROOT that starts the PROGRAM there with the libraries beside it.
write_start() {
  cat >"$1/$2" <<SCRIPT
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
for folder in "\$here"/usr/lib/*-linux-gnu "\$here"/usr/lib/*-linux-gnu/pulseaudio; do
  LD_LIBRARY_PATH=\$folder\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "\$here/$3" "\$@"
SCRIPT
  chmod +x "$1/$2"
}

# keep ROOT NAME: the folder ROOT becomes .tools/NAME.
keep() {
  mkdir -p .tools
  rm -rf ".tools/$2"
  mv "$1" ".tools/$2"
}

#!/bin/sh
# Installs Chroma's server of PyPI into .tools/chroma (90 MB), without what only its Python client needs. Where it cannot be had, it says so in one
# line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
[ -x .tools/chroma/chroma ] && exit 0
VERSION=1.5.9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q --no-deps "chromadb==$VERSION" || {
  echo "chroma: chromadb $VERSION cannot be installed here: set CHROMA_PATH" >&2
  exit 1
}
mkdir -p .tools/chroma
cp -r "$work"/venv/lib/python3*/site-packages/chromadb_rust_bindings .tools/chroma/
cat > .tools/chroma/chroma <<'EOF'
#!/usr/bin/env python3
import os, sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import chromadb_rust_bindings

chromadb_rust_bindings.cli(["chroma", *sys.argv[1:]])
EOF
chmod +x .tools/chroma/chroma

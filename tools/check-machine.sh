#!/bin/sh
# Reports a missing prerequisite of the machine in one line. A shell script, because Node itself may be missing.
fail() {
  echo "setup: $1" >&2
  exit 1
}
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 11) ? 0 : 1)' 2>/dev/null ||
  fail "Node.js 20.11 or later is needed, found $(node --version 2>/dev/null || echo none)"
npm --version >/dev/null 2>&1 || fail "npm is needed, it comes with Node.js"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
  fail "Python 3.9 or later is needed, found $(python3 --version 2>/dev/null || echo none)"
python3 -c 'import venv, ensurepip' 2>/dev/null ||
  fail "Python's venv module is needed (Debian and Ubuntu: apt-get install python3-venv)"

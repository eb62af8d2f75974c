#!/bin/sh
# Installs two coding agents into .tools/agents, which tests/agents runs through the gateway: Claude Code, which speaks Anthropic's Messages,
# and Codex, which speaks OpenAI's Responses. They are 0.8 GB and no dependencies of the project: this folder has its own packages. Each
# package installs the program of this platform beside it. Where that fails, it says so in one line and ends with 1.
set -eu
cd "$(dirname "$0")/.."
claude=@anthropic-ai/claude-code@2.1.332
codex=@openai/codex@0.171.0
target=.tools/agents
[ "$(cat "$target/installed" 2>/dev/null)" = "$claude $codex" ] && exit 0
rm -rf "$target"
mkdir -p "$target"
echo '{"private":true}' >"$target/package.json"
npm install --prefix "$target" --save-exact --no-audit --no-fund --loglevel=error "$claude" "$codex" >"$target/log" 2>&1 &&
  "$target/node_modules/.bin/claude" --version && "$target/node_modules/.bin/codex" --version || {
  echo "agents: Claude Code and Codex cannot be installed here: see $target/log" >&2
  exit 1
}
echo "$claude $codex" >"$target/installed"

#!/bin/sh
# Fills envoy.yaml.in and routes.yaml.in in from the environment, and runs Envoy with them. Envoy expands no variables itself.
# The provider's options come from DATA/<service>.json, otherwise from config/<service>.json. A saved change is used for new requests
# within two seconds; running streams continue.
set -eu
export LC_ALL=C
umask 077

fail() {
  echo "all-in-one: $1" >&2
  exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
data=${DATA:-/data}
service=${DEFAULT_AI_SERVICE:-qwen}
url=
case $service in
  qwen) variable=DASHSCOPE_API_KEY key=${DASHSCOPE_API_KEY:-} host=dashscope.aliyuncs.com ;;
  openai) variable=OPENAI_API_KEY key=${OPENAI_API_KEY:-} host=api.openai.com ;;
  moonshot) variable=MOONSHOT_API_KEY key=${MOONSHOT_API_KEY:-} host=api.moonshot.cn ;;
  deepseek) variable=DEEPSEEK_API_KEY key=${DEEPSEEK_API_KEY:-} host=api.deepseek.com ;;
  azure)
    variable=AZURE_OPENAI_API_KEY key=${AZURE_OPENAI_API_KEY:-} url=${AZURE_SERVICE_URL:-}
    case $url in *[!!-~]*) fail "AZURE_SERVICE_URL holds a blank, a line end or another letter that no address has" ;; esac
    host=$(printf '%s\n' "$url" | sed -n 's|^https://\([A-Za-z0-9.-]\{1,\}\)\(:443\)\{0,1\}\([/?].*\)\{0,1\}$|\1|p')
    [ -n "$host" ] || fail "DEFAULT_AI_SERVICE=azure needs AZURE_SERVICE_URL, which begins with https://"
    ;;
  *) fail "DEFAULT_AI_SERVICE=$service is not known: qwen, openai, azure, moonshot or deepseek" ;;
esac
case $key in
  '' | YOUR_*) fail "DEFAULT_AI_SERVICE=$service needs $variable beside it" ;;
  *[!!-~]*) fail "$variable holds a blank, a line end or another letter that no key has" ;;
esac
for port in "${PORT:-8080}" "${CONSOLE_PORT:-8001}"; do
  case $port in '' | *[!0-9]*) fail "PORT and CONSOLE_PORT are numbers, not $port" ;; esac
done

work=$(mktemp -d)
envoy=
trap 'rm -rf "$work"' EXIT
trap '[ -z "$envoy" ] || kill -TERM "$envoy" 2>/dev/null' TERM INT

# As the content of a JSON text, and then as the replacement of a sed command.
escaped() {
  printf '%s' "$1" | sed -e 's/[\\"]/\\&/g' -e 's/[\\&/]/\\&/g'
}
# A file and not an argument of sed: other users of the machine see arguments. The key comes last, so that no command changes it.
cat >"$work/fill.sed" <<SED
s/@SERVICE@/$service/g
s/@HOST@/$host/g
s/@ADDRESS@/$(escaped "${ADDRESS:-127.0.0.1}")/g
s/@PORT@/${PORT:-8080}/g
s/@CONSOLE_PORT@/${CONSOLE_PORT:-8001}/g
s/@MODULES@/$(escaped "${MODULES:-$here/../../build}")/g
s/@FOLDER@/$(escaped "$here")/g
s/@WORK@/$(escaped "$work")/g
s/@AZURE_SERVICE_URL@/$(escaped "$url")/g
s/@API_KEY@/$(escaped "$key")/g
SED

# Writes the routes with the provider's options. Envoy notices only a rename.
fill_routes() {
  sed -f "$work/fill.sed" -e 's/^/                    /' "$1" >"$work/provider"
  sed -f "$work/fill.sed" "$here/routes.yaml.in" | sed -e "/^ *@PROVIDER@\$/{r $work/provider" -e 'd' -e '}' >"$work/routes.new"
  mv "$work/routes.new" "$work/routes.yaml"
}
options() {
  if [ -f "$data/$service.json" ]; then echo "$data/$service.json"; else echo "$here/config/$service.json"; fi
}

sed -f "$work/fill.sed" "$here/envoy.yaml.in" >"$work/envoy.yaml"
fill_routes "$(options)"
before=$(cksum <"$(options)")

"${ENVOY:-envoy}" -c "$work/envoy.yaml" --use-dynamic-base-id --log-level warning --file-flush-interval-msec 500 &
envoy=$!
while kill -0 "$envoy" 2>/dev/null; do
  sleep 1
  now=$(cksum <"$(options)" || true)
  if [ -n "$now" ] && [ "$now" != "$before" ]; then
    before=$now
    fill_routes "$(options)" && echo "all-in-one: $(options) has changed; new requests use it" >&2
  fi
done
code=0
wait "$envoy" || code=$?
exit "$code"

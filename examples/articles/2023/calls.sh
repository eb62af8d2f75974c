#!/bin/sh
# Sends the six calls to the gateway (default http://localhost:8080) and compares each status with the expected one.
gateway=${1:-http://localhost:8080}
failed=0

call() {
  expected=$1 what=$2
  shift 2
  status=$(curl -s -o /dev/null -w '%{http_code}' --max-time 15 "$@")
  echo "$status $what"
  [ "$status" = "$expected" ] && return
  echo "    $expected was expected" >&2
  failed=1
}

call 401 'no key'                   "$gateway/?text=Say,hello"
call 401 'an unknown key'           "$gateway/?text=Say,hello" -H 'apikey: zzzzzz'
call 403 'consumer2, not allowed'    "$gateway/?text=Say,hello" -H 'apikey: yyyyyy'
call 200 'consumer1'                "$gateway/?text=Say,hello" -H 'apikey: xxxxxx'
call 404 'a blocked word'           "$gateway/?text=Mypassword=xxxxxx" -H 'apikey: xxxxxx'
call 404 'another blocked word'     "$gateway/?text=pw=xxxxxx" -H 'apikey: xxxxxx'
exit $failed

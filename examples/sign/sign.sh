#!/usr/bin/env bash
# sign.sh KID HEX_SECRET SITE PATH EXP
# Prints a signed URL for the decoded path PATH, valid until EXP (Unix seconds).
set -eu
export LC_ALL=C # lengths are in bytes
kid=$1 secret=$2 site=$3 path=$4 exp=$5

netstring() { printf '%s:%s,' "${#1}" "$1"; }

text="1~kid=$kid~exp=$exp"
sig=$(
  { netstring countersign/1; netstring "$site"; netstring "$text"; netstring "$path"; } |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$secret" -binary |
    openssl base64 -A | tr '+/' '-_' | tr -d '='
)

url=
for hex in $(printf '%s' "$path" | od -An -v -tx1 | tr 'a-f' 'A-F'); do
  printf -v byte "\\x$hex"
  case $byte in
    [A-Za-z0-9._~/-]) url+=$byte ;;
    *) url+=%$hex ;;
  esac
done
printf '%s?cs=%s~sig=%s\n' "$url" "$text" "$sig"

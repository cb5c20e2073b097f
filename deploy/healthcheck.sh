#!/usr/bin/env bash
# Exit 0 when the service in this container answers 200 on a path (default /readyz). The image has no HTTP client.
set -euo pipefail
path=${1:-/readyz}
port=${TIPOFF_HTTP_PORT:-8080}
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$path" "$port" >&3
IFS= read -r -t 3 line <&3
[[ $line =~ ^HTTP/1\.[01]\ 200 ]]

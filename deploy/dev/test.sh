#!/usr/bin/env bash
# Runs every test of a finished debug build. The pure tests run side by side. The others run one after the other: they
# start servers and processes, one of them blocks every thread of the process on purpose, and on two cores they would
# only take each other's time limits. A pass that fails does not keep the next from running; what failed, and why, is
# said again at the very end. Arguments go to `swift test`, such as the scratch path of another build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
failed=()

pass() {
  local name=$1
  shift
  swift test --skip-build "$@" 2>&1 | tee "$logs/$name" || failed+=("$name")
}

pure='^(BasketballTests|BoostingTests|ModelsTests|UpstreamTests)\.'
pass pure "$@" --filter "$pure"
pass components "$@" --no-parallel --skip "$pure" --skip '^EndToEnd\.'
pass end-to-end "$@" --no-parallel --filter '^EndToEnd\.'

if ((${#failed[@]})); then
  echo
  echo "Tests failed: ${failed[*]}"
  for name in "${failed[@]}"; do
    echo "-- $name"
    # An issue and the lines that explain it; after a crash there is none, and the last lines say where it was.
    grep -A 12 -E '^✘ .* recorded an issue|Fatal error:' "$logs/$name" | grep -vE '^(◇|✔|➜) ' | tail -n 200 || true
    tail -n 40 "$logs/$name"
  done
  exit 1
fi

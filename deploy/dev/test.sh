#!/usr/bin/env bash
# Runs every test of a finished debug build. The pure tests run side by side in one process. The others wait for servers more
# than they compute: three processes of them run at the same time, and one test after the other within each, because one of
# them blocks every thread of its process on purpose. A pass that fails does not keep the next from running; what failed, and
# why, is said again at the very end. Arguments say which build, such as `--scratch-path`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# Databases that are made and dropped for each test lie in memory where there is plenty.
room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1 || true)
if [[ -z ${TIPOFF_TEST_SERVERS:-} && ${room:-0} -gt 8000000 ]]; then export TIPOFF_TEST_SERVERS=/dev/shm; fi

# Not by `swift test`, of which only one runs in a checkout at a time.
bundle=$(swift build "$@" --show-bin-path)/tipoffPackageTests.xctest
pass() {
  local name=$1
  shift
  "$bundle" --testing-library swift-testing "$@" >"$logs/$name" 2>&1 || touch "$logs/$name.failed"
}

pure='^(BasketballTests|BoostingTests|ModelsTests|UpstreamTests)\.'
sources='^(KafkaTests|PostgresTests|HTTPFetchTests|ScrapersTests|RawTests|SourceSimTests|PredictionsTests|PublishingTests|PageTests)\.'
names=(pure sources components end-to-end)
pass pure --filter "$pure"
cat "$logs/pure"
passes=()
pass sources --no-parallel --filter "$sources" &
passes+=($!)
pass components --no-parallel --skip "$pure" --skip "$sources" --skip '^EndToEnd\.' &
passes+=($!)
pass end-to-end --no-parallel --filter '^EndToEnd\.' &
passes+=($!)
# Shown while they run, the lines of the three mixed as they come; the logs are whole.
tail -q -n +1 -F "$logs/sources" "$logs/components" "$logs/end-to-end" 2>/dev/null &
shown=$!
wait "${passes[@]}"
sleep 1
kill "$shown"
wait "$shown" 2>/dev/null || true
failed=()
for name in "${names[@]}"; do
  [ ! -e "$logs/$name.failed" ] || failed+=("$name")
done

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
for name in "${names[@]}"; do
  tail -n 1 "$logs/$name"
done

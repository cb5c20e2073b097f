#!/usr/bin/env bash
# Runs every test of a finished debug build. The pure tests run side by side in one process. The others wait for servers more
# than they compute: several processes of them run at the same time, and one test after the other within each, because one of
# them blocks every thread of its process on purpose. A pass that fails does not keep the next from running; what failed, and
# why, is said again at the very end. Arguments say which build, such as `--scratch-path`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# Not by `swift test`, of which only one runs in a checkout at a time.
bundle=$(swift build "$@" --show-bin-path)/tipoffPackageTests.xctest
pass() {
  local name=$1
  shift
  "$bundle" --testing-library swift-testing "$@" >"$logs/$name" 2>&1 || touch "$logs/$name.failed"
}

# A test target that no pass names runs in `others`.
declare -A passes=(
  [pure]='^(BasketballTests|BoostingTests|ModelsTests|UpstreamTests)\.'
  [sources]='^(KafkaTests|PostgresTests|HTTPFetchTests|ScrapersTests|RawTests|SourceSimTests)\.'
  [readers]='^(PredictionsTests|PublishingTests|PageTests|ServingTests)\.'
  [protocol]='^(Simulation|BarrierTests|PipelineTests|WarehouseTests)\.'
  [end-to-end]='^EndToEnd\.'
)
names=(pure sources readers protocol others end-to-end)
pass pure --filter "${passes[pure]}"
cat "$logs/pure"
running=()
skipped=()
for name in "${names[@]:1}"; do
  [ "$name" != others ] || continue
  skipped+=(--skip "${passes[$name]}")
  pass "$name" --no-parallel --filter "${passes[$name]}" &
  running+=($!)
done
pass others --no-parallel --skip "${passes[pure]}" "${skipped[@]}" &
running+=($!)
# Shown while they run, their lines mixed as they come; the logs are whole.
shown_logs=("${names[@]:1}")
tail -q -n +1 -F "${shown_logs[@]/#/$logs/}" 2>/dev/null &
shown=$!
wait "${running[@]}"
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

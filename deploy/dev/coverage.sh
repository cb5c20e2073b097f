#!/usr/bin/env bash
# Runs the tests with coverage. HTML goes to .run/coverage, the last line is the total; below 90 % it fails.
# Not counted: tests and their kits, dependencies, and what only wraps C, which are the Native folders of Kafka,
# Postgres and HTTPFetch (the system-library targets hold no Swift). Processes that tests start count with what they ran
# until they were told to end; those that are killed, as most faults do, leave nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly least_percent=90
readonly scratch=.build-coverage report=.run/coverage
readonly ignored='(/\.build|/Tests/|/Native/|TestKit/|/runner\.swift)'

swift build --build-tests --scratch-path "$scratch" --enable-code-coverage
directory=$(swift build --scratch-path "$scratch" --show-bin-path)
# llvm-cov must be of the compiler's version, so it is the toolchain's own.
toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
llvm() {
    local tool=$1
    shift
    if [ -x "$toolchain/$tool" ]; then "$toolchain/$tool" "$@"; else "$tool" "$@"; fi
}

rm -rf "$report"
mkdir -p "$report/profiles"
# %4m: processes of one binary add up in at most four files. Children inherit the variable.
failed=0
LLVM_PROFILE_FILE="$PWD/$report/profiles/%4m.profraw" deploy/dev/test.sh --scratch-path "$scratch" || failed=$?
llvm llvm-profdata merge -sparse -o "$report/merged.profdata" "$report"/profiles/*.profraw
rm -rf "$report/profiles"

binaries=()
for binary in "$directory"/*.xctest; do
    binaries+=("$binary")
done
# Executables that tests start as processes count with their own binaries.
for name in scrapers raw analytics precompute predictions publishing phase2-to-phase3 phase3-to-phase4 \
    phase4-to-phase5 console tipoff devbroker sourcesim; do
    [ -x "$directory/$name" ] && binaries+=(-object "$directory/$name")
done

readonly counted=("${binaries[@]}" -instr-profile "$report/merged.profdata" -ignore-filename-regex "$ignored")
llvm llvm-cov show "${counted[@]}" -format html -output-dir "$report"
llvm llvm-cov report "${counted[@]}" >"$report/report.txt"
llvm llvm-cov export "${counted[@]}" -summary-only >"$report/summary.json"
jq -r '.data[0].totals.lines | "coverage: \(.covered) of \(.count) lines, \(.percent * 100 | round / 100) %"' \
    "$report/summary.json"
jq -e --argjson least "$least_percent" '.data[0].totals.lines.percent >= $least' "$report/summary.json" >/dev/null || {
    echo "coverage: below $least_percent %; what is not covered is in $report/index.html" >&2
    exit 1
}
exit "$failed"

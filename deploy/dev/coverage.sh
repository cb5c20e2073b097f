#!/usr/bin/env bash
# Runs the tests with coverage. HTML goes to .run/coverage, the last line is the total.
# Not counted: tests, dependencies, and the Native folders, which are wrappers of C.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly scratch=.build-coverage report=.run/coverage
readonly ignored='(/\.build|/Tests/|/Native/|TestKit/)'

swift test --scratch-path "$scratch" --enable-code-coverage
directory=$(swift build --scratch-path "$scratch" --show-bin-path)
profile=$directory/codecov/default.profdata
# llvm-cov must be of the compiler's version, so it is the toolchain's own.
toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
llvm_cov=$toolchain/llvm-cov
[ -x "$llvm_cov" ] || llvm_cov=$(command -v llvm-cov)

binaries=()
for binary in "$directory"/*.xctest; do
    binaries+=("$binary")
done
# Executables that tests start as processes count with their own binaries.
for name in scrapers raw analytics precompute predictions publishing phase2-to-phase3 phase3-to-phase4 \
    phase4-to-phase5 tipoff devbroker sourcesim; do
    [ -x "$directory/$name" ] && binaries+=(-object "$directory/$name")
done

rm -rf "$report"
mkdir -p "$report"
"$llvm_cov" show "${binaries[@]}" -instr-profile "$profile" -ignore-filename-regex "$ignored" \
    -format html -output-dir "$report"
"$llvm_cov" report "${binaries[@]}" -instr-profile "$profile" -ignore-filename-regex "$ignored" >"$report/report.txt"
"$llvm_cov" export "${binaries[@]}" -instr-profile "$profile" -ignore-filename-regex "$ignored" -summary-only \
    >"$report/summary.json"
jq -r '.data[0].totals.lines | "coverage: \(.covered) of \(.count) lines, \(.percent * 100 | round / 100) %"' \
    "$report/summary.json"

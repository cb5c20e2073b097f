#!/usr/bin/env bash
# Runs every test of a finished debug build. The pure tests run side by side. The others run one after the other: they
# start servers and processes, one of them blocks every thread of the process on purpose, and on two cores they would
# only take each other's time limits. Arguments go to `swift test`, such as the scratch path of another build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
pure='^(BasketballTests|ModelsTests|UpstreamTests)\.'
swift test --skip-build "$@" --filter "$pure"
swift test --skip-build "$@" --no-parallel --skip "$pure" --skip '^EndToEnd\.'
swift test --skip-build "$@" --no-parallel --filter '^EndToEnd\.'

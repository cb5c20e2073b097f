#!/usr/bin/env bash
# Installs what a build and a run need and the machine lacks. Says nothing when all is there.
#   setup.sh          libraries, PostgreSQL, jq, curl
#   setup.sh --lint   the shell linter as well
#   setup.sh --tests  the browser in which the tests look at the page, and the Prometheus that they ask, as well
#   setup.sh --bench  the programs that the benchmark measures with as well
#   setup.sh --python what the checks of deploy/ need, instead
set -euo pipefail

readonly packages=(
    librdkafka-dev libpq-dev libssl-dev libcurl4-openssl-dev libxml2-dev libxgboost-dev poppler-utils pkg-config
    postgresql-15 postgresql-client-15 jq curl ca-certificates tzdata git make
)

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

missing_of() {
    local package
    for package in "$@"; do
        installed "$package" || printf '%s\n' "$package"
    done
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o Dpkg::Options::=--force-confold "$@" >&2 </dev/null
}

# The package would create a system cluster and start it on port 5432. Tipoff runs private clusters only, so the
# packages' default is switched off for the installation and put back afterwards.
install_postgresql() {
    local settings=/etc/postgresql-common/createcluster.conf kept
    apt_install postgresql-common || return
    kept=$(mktemp)
    cp -p "$settings" "$kept"
    printf 'create_main_cluster = false\n' >>"$settings"
    local status=0
    apt_install "$@" || status=$?
    cat "$kept" >"$settings"
    rm -f "$kept"
    return "$status"
}

# The package would start a server on port 9090. A unit that is masked before it comes is not started.
install_prometheus() {
    installed prometheus && return 0
    local unit=/etc/systemd/system/prometheus.service masked=
    if [ ! -e "$unit" ] && [ ! -L "$unit" ]; then
        install -d -m 755 "${unit%/*}"
        ln -s /dev/null "$unit"
        masked=yes
    fi
    local status=0
    check_packages prometheus || status=$?
    # Left masked it could not be started by hand either.
    if [ -n "$masked" ]; then
        rm -f "$unit"
        if command -v systemctl >/dev/null; then systemctl disable prometheus >/dev/null 2>&1 || true; fi
    fi
    return "$status"
}

check_packages() {
    local missing=()
    mapfile -t missing < <(missing_of "$@")
    [ "${#missing[@]}" -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        say "these packages are missing: ${missing[*]}"
        die "run as root: apt-get update && apt-get install -y ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    apt-get update -q >&2 </dev/null || die "apt-get update failed: check the network and /etc/apt/sources.list"
    local postgresql=() others=() package
    for package in "${missing[@]}"; do
        case $package in
            postgresql-*) postgresql+=("$package") ;;
            *) others+=("$package") ;;
        esac
    done
    if [ "${#others[@]}" -gt 0 ]; then
        apt_install "${others[@]}" || die "apt-get could not install: ${others[*]}"
    fi
    if [ "${#postgresql[@]}" -gt 0 ]; then
        install_postgresql "${postgresql[@]}" || die "apt-get could not install: ${postgresql[*]}"
    fi
}

check_swift() {
    command -v swift >/dev/null ||
        die "swift is not on the PATH: install Swift 6.2 or later from https://www.swift.org/install/linux/"
    local banner version
    banner=$(swift --version 2>&1) || die "swift does not run: ${banner:-no output}"
    version=$(sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' <<<"$banner" | head -n 1)
    [ -n "$version" ] || die "cannot read the version from: ${banner%%$'\n'*}"
    if [ "$(printf '%s\n6.2\n' "$version" | sort -V | head -n 1)" != 6.2 ]; then
        die "Swift $version is too old: 6.2 or later is needed, see https://www.swift.org/install/linux/"
    fi
}

main() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        die "this script knows Debian 12 (apt) only; docs/decisions/0008-dependencies.md lists what is needed"
    fi
    if [ "${1:-}" = --python ]; then
        # Any Python with a working venv will do, also one that apt knows nothing of.
        python3 -c 'import venv, ensurepip' 2>/dev/null || check_packages python3 python3-venv
        return
    fi
    check_packages "${packages[@]}"
    if [ "${1:-}" = --lint ]; then
        # Lint of Swift code needs nothing; a machine where this package cannot be had only loses the shell checks.
        if ! command -v shellcheck >/dev/null && [ "$(id -u)" -eq 0 ]; then
            (check_packages shellcheck) || say "going on without shellcheck"
        fi
    fi
    if [ "${1:-}" = --bench ]; then check_packages kcat wrk; fi
    if [ "${1:-}" = --tests ] && [ "$(id -u)" -eq 0 ]; then
        # Without a browser the tests that need one are skipped, with a notice.
        (check_packages chromium chromium-driver) || say "going on without a browser"
        # The same of Prometheus. Its service is not started: the tests run one of their own.
        (install_prometheus) || say "going on without prometheus"
    fi
    check_swift
}

main "$@"

#!/bin/sh
# Restores, builds and runs every test; the last line is "N passed, N failed".
#   ./test.sh                   everything
#   ./test.sh --goldens DIR     the golden tests alone, against the reference values in DIR, which may hold some kinds only
# LLAMAX_DATA and LLAMAX_GOLDENS name the folders with real corpora and reference values (default: ../shared/data, ../shared/golden).
# A golden test without any case fails; LLAMAX_GOLDENS_PARTIAL=1, which --goldens sets, skips it.
set -eu
cd "$(dirname -- "$0")"
filter=""
if [ "${1:-}" = "--goldens" ]; then
    [ -d "${2:-}" ] || { echo "--goldens needs a folder; ${2:-nothing} is none." >&2; exit 2; }
    LLAMAX_GOLDENS=$(CDPATH='' cd -- "$2" && pwd)
    LLAMAX_GOLDENS_PARTIAL=1
    export LLAMAX_GOLDENS LLAMAX_GOLDENS_PARTIAL
    filter="-trait Category=Golden"
fi
# The program under test reads the corpora where the tests do.
if [ -z "${LLAMAX_DATA:-}" ] && [ -d ../shared/data ]; then
    LLAMAX_DATA=$(CDPATH='' cd -- ../shared/data && pwd)
    export LLAMAX_DATA
fi
dotnet build Llamax.slnx -c Release -m:1 --nologo -v quiet
passed=0 failed=0
for project in tests/*.Tests tests/Llamax.EndToEnd; do
    name=$(basename "$project")
    results="artifacts/test-results/$name.xml"
    mkdir -p artifacts/test-results
    rm -f "$results"
    # shellcheck disable=SC2086 # the filter is two words or none
    "artifacts/bin/Release/$name" -noLogo -noColor -xml "$results" $filter || true
    if [ ! -f "$results" ]; then
        echo "$name ended without results." >&2
        failed=$((failed + 1))
        continue
    fi
    count() { grep -o "<assembly [^>]*" "$results" | grep -o " $1=\"[0-9]*\"" | head -1 | grep -o '[0-9]*'; }
    passed=$((passed + $(count passed)))
    failed=$((failed + $(count failed) + $(count errors)))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

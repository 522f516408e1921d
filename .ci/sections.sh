# Sourced by `run` and `nightly`: a folder to work in, fresh copies of the checkout in it, and
# sections that all run even if one fails. Everything is removed at the end.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Caches start empty, as on a user's first day, and tests on recorded traffic may not be skipped.
export AIRPROX_CACHE_DIR="$work/cache"
export AIRPROX_REQUIRE_SAMPLES=1
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset NUMBA_DISABLE_JIT PYTHONPATH VIRTUAL_ENV

# The files of the checkout, without what git ignores, in a folder of their own.
fresh_copy() {
    mkdir "$1"
    git -C "$checkout" ls-files -z --cached --others --exclude-standard |
        (cd "$checkout" && xargs -0 -I {} sh -c 'test -e "$1" && printf "%s\0" "$1" || true' - {}) |
        tar -C "$checkout" --null --files-from=- -cf - | tar -C "$1" -xf -
}

failed=()

# section TITLE FOLDER COMMAND: runs the command line in the folder.
section() {
    local began=$SECONDS status=0
    printf '\n=== %s\n    %s\n' "$1" "$3"
    (cd "$2" && bash -euo pipefail -c "$3") </dev/null || status=$?
    printf -- '--- %s: %s after %d s\n' "$1" "$([ $status = 0 ] && echo ok || echo FAILED)" \
        "$((SECONDS - began))"
    [ $status = 0 ] || failed+=("$1")
}

# Says what failed, and fails if anything did.
finish() {
    printf '\n=== all of it: %d s\n' "$SECONDS"
    if [ ${#failed[@]} -gt 0 ]; then
        printf 'failed: %s\n' "${failed[@]}"
        exit 1
    fi
}

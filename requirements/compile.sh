#!/bin/sh
# Locks the four groups again, with hashes and without any registry address. Needs `uv` on PATH.
set -eu
cd "$(dirname "$0")"
for group in core embedded assets dev; do
    uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
        --python-version 3.11 --custom-compile-command "requirements/compile.sh" \
        --output-file "$group.lock" "$@" "$group.in"
done

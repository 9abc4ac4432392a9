#!/bin/sh
# Build the page assets into twofront/web/dist.
set -eu

if ! test node_modules/.package-lock.json -nt package-lock.json; then
    echo 'page assets: 70 MB to download'
    sh tools/node.sh npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
sh tools/node.sh npm run --silent build

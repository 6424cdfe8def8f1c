# Shared by scripts/run and scripts/test: a virtual environment and what is installed into it.
# Every step is skipped when its inputs have not changed since it last succeeded.

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(not sys.version_info >= (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return 0
    fi
  done
  say "Wingman needs Python 3.11 or newer; install it, or name it with PYTHON=/path/to/python."
  return 1
}

# Debian packages, by apt when we are root; otherwise one sentence that says what to install.
ensure_packages() {
  command -v dpkg-query >/dev/null 2>&1 || return 0
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "Missing Debian packages: ${missing[*]}. Install them with: sudo apt-get install ${missing[*]}"
    return 1
  fi
  say "Installing ${missing[*]} …"
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

ensure_venv() {
  [ -x .venv/bin/python ] && return 0
  local python
  python="$(find_python)"
  if ! "$python" -m venv .venv 2>/dev/null; then
    rm -rf .venv
    ensure_packages python3-venv
    "$python" -m venv .venv
  fi
}

# install NAME INPUTS… -- PIP ARGUMENTS…: run pip once per content of the inputs.
install() {
  local name="$1" stamp inputs=()
  shift
  while [ "$1" != "--" ]; do inputs+=("$1"); shift; done
  shift
  stamp=".venv/.installed-$name"
  local now
  now="$(cat "${inputs[@]}" | sha256sum)"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && return 0
  say "Installing $name …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
    --constraint constraints.txt "$@" 2> >(grep -v '^WARNING: Location' >&2)
  printf '%s' "$now" >"$stamp"
}

ensure_core() {
  install core pyproject.toml constraints.txt -- --editable '.[documents]'
}

# ensure_node_packages FOLDER NAME WHAT: what FOLDER/package.json names, from npm, into .venv/NAME.
ensure_node_packages() {
  local wanted="$1/package.json" folder=".venv/$2"
  cmp -s "$wanted" "$folder/package.json" && [ -d "$folder/node_modules" ] && return 0
  command -v npm >/dev/null 2>&1 || ensure_packages nodejs npm || return 0
  say "Installing $3 …"
  mkdir -p "$folder"
  (cd "$folder" && cp "../../$wanted" package.json && npm install --silent --no-audit --no-fund) ||
    say "They could not be installed; their tests are skipped."
}

#!/usr/bin/env bash
# Install Niangjia from this folder, without a network: bash install.sh [FOLDER] (default /opt/niangjia).
# 不联网安装：bash install.sh [目录]（默认 /opt/niangjia）。
# Run again with a newer bundle it installs beside the older one; `current` then leads to the newer.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/niangjia}
wanted=$(cat "$here/PYTHON")
python=${PYTHON:-python$wanted}

fail() { echo "install: $1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 ||
  fail "Python $wanted is needed (PYTHON=/path/to/python bash install.sh). 需要 Python $wanted。"
[ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$wanted" ] ||
  fail "$python is not Python $wanted, for which these wheels are. $python 不是 Python $wanted。"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "Python's venv is missing (package python$wanted-venv). 缺少 python$wanted-venv。"
(cd "$here" && sha256sum --check --quiet SHA256SUMS) ||
  fail "a file is damaged; copy the bundle again. 文件损坏，请重新复制安装包。"

own=$(basename "$here"/wheels/niangjia-*.whl)
version=$(echo "$own" | cut -d- -f2)
place=$target/$version
[ -e "$place" ] && fail "$place is there already. Remove it to install again. $place 已存在。"
mkdir -p "$target"
trap 'rm -rf "$place"' ERR
"$python" -m venv "$place"
pip=("$place/bin/python" -m pip --disable-pip-version-check --no-cache-dir --isolated install -q
  --no-index --find-links "$here/wheels")
"${pip[@]}" --require-hashes --no-deps -r "$here/requirements.lock"
"${pip[@]}" --no-deps "$here/wheels/$own"
"$place/bin/python" -m pip check -q
"$place/bin/niangjia" --help >/dev/null
ln -sfn "$version" "$target/current"
trap - ERR
echo "Installed $version in $place. Next: NIANGJIA_HOME=/var/lib/niangjia $target/current/bin/niangjia setup --help"
echo "已安装 $version。下一步见 operator.zh.md。"

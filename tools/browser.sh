#!/usr/bin/env bash
# A Chromium and a Chinese font for the browser journeys: from PATH, else by apt as root.
set -euo pipefail
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium and a Chinese font for the browser journeys ..."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
  exit 0
fi
echo "The browser journeys need Chromium. Install it, for example: sudo apt install chromium fonts-noto-cjk"
exit 1

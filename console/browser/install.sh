#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Installs the named Debian packages where their program of the same name (node
# for nodejs, promtool for prometheus) is missing. Asks nobody: without root or a sudo that needs no
# password it says what to install by hand.
set -e
missing=
for package in "$@"; do
  program=$package
  [ "$package" = nodejs ] && program=node
  [ "$package" = prometheus ] && program=promtool
  case $package in fonts-*) [ -d "/usr/share/doc/$package" ] && continue ;; esac
  command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then as_root=
elif sudo -n true 2>/dev/null; then as_root='sudo -n'
else echo "Please install$missing and try again: there is no right to do it here." >&2; exit 1
fi
command -v apt-get >/dev/null 2>&1 || { echo "Please install$missing and try again: there is no apt-get here." >&2; exit 1; }
echo "Installing$missing with apt-get ..." >&2
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing >/dev/null

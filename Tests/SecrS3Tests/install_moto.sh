#!/bin/sh
# Installs the S3 server that tests run against: install_moto.sh FOLDER. Does nothing where it is there already.
set -eu

version=5.2.5
folder=$1
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$version" ]; then exit 0; fi
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "moto[server]==$version"
echo "$version" >"$folder/installed"

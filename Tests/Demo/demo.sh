#!/bin/sh
# What a photo gives away, what scrubbing leaves, and the proof that it is still the same picture.
# usage: demo.sh FOLDER-OF-THE-BINARIES
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
case $1 in /*) tools=$1 ;; *) tools=$root/$1 ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PATH=$tools:$PATH
cp "$root/Fixtures/jpeg/holiday.jpg" holiday.jpg
cp "$root/Fixtures/png/screenshot.png" screenshot.png

step() {
    printf '\n$ %s\n' "$*"
    "$@"
}

echo "A photo as a phone takes it. What does it tell beside what it shows?"
step secr-scrub show holiday.jpg

printf '\nScrub it. Every pixel is compared before the copy appears.\n'
step secr-scrub --verify=decode holiday.jpg

printf '\nWhat does the copy tell?\n'
step secr-scrub show holiday.scrubbed.jpg
step secr-scrub check holiday.scrubbed.jpg
printf '\n%s bytes before, %s after. The original is as it was.\n' "$(wc -c < holiday.jpg)" "$(wc -c < holiday.scrubbed.jpg)"

printf '\nA cropped screenshot. The larger one still stands behind its end.\n'
step secr-scrub show screenshot.png
step secr-scrub screenshot.png
step secr-scrub check screenshot.scrubbed.png

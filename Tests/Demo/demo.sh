#!/bin/sh
# What a photo gives away, what scrubbing leaves, and the proof that it is still the same picture. Then a file that is
# sealed and opened.
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

printf '\nAnd what nobody else should see at all. A key file takes the place of a passphrase here.\n'
printf '\n$ head -c 64 /dev/urandom > my.key\n'
head -c 64 /dev/urandom > my.key
step secr-vault seal --key-file my.key holiday.scrubbed.jpg
printf 'holiday.scrubbed.jpg.secr: %s bytes, in the midst of them' "$(wc -c < holiday.scrubbed.jpg.secr)"
tail -c 300 holiday.scrubbed.jpg.secr | head -c 12 | od -An -tx1
step secr-vault open --key-file my.key -o again.jpg holiday.scrubbed.jpg.secr
step cmp again.jpg holiday.scrubbed.jpg
echo "The same bytes. And after one bit of it was changed:"
printf '\001' | dd of=holiday.scrubbed.jpg.secr bs=1 seek=500 conv=notrunc status=none
status=0
step secr-vault open --key-file my.key -o changed.jpg holiday.scrubbed.jpg.secr || status=$?
echo "exit status $status; there is $(ls changed.jpg 2>/dev/null || echo no changed.jpg)"

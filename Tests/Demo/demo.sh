#!/bin/sh
# What a photo gives away, what scrubbing leaves, and the proof that it is still the same picture. Then a file that is
# put into a vault, and two people who meet over a relay, talk, and send each other a photo.
# usage: demo.sh FOLDER-OF-THE-BINARIES
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
case $1 in /*) tools=$1 ;; *) tools=$root/$1 ;; esac
work=$(mktemp -d)
relay=
trap '[ -z "$relay" ] || kill "$relay"; rm -rf "$work"' EXIT
cd "$work"
PATH=$tools:$PATH
cp "$root/Fixtures/jpeg/holiday.jpg" holiday.jpg
cp holiday.jpg beach.jpg
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

export XDG_STATE_HOME="$work/state"
printf '\nAnd what nobody else should see at all: a vault. A key file takes the place of a passphrase here.\n'
printf '\n$ head -c 64 /dev/urandom > my.key\n'
head -c 64 /dev/urandom > my.key
step secr-vault init --key-file my.key my-vault
step secr-vault unlock --key-file my.key --for 5m my-vault
step secr-vault put --scrub my-vault holiday.jpg screenshot.png
step secr-vault ls -l my-vault
step secr-vault get --output-dir . my-vault screenshot.png holiday.jpg -f
step secr-scrub check holiday.jpg
step secr-vault lock my-vault

printf '\nWhat does somebody see who gets a copy of the folder?\n\n$ find my-vault -type f\n'
find my-vault -type f | sort
step secr-vault audit my-vault

printf '\nAnd after one bit of something in it was changed?\n'
# The larger picture is in the only object of such a size.
object=$(find my-vault/o -type f -size +5000c -size -7000c)
byte=$(dd if="$object" bs=1 skip=500 count=1 status=none | od -An -tu1 | tr -d ' ')
# shellcheck disable=SC2059
printf "\\$(printf %o $((byte ^ 1)))" | dd of="$object" bs=1 seek=500 conv=notrunc status=none
status=0
step secr-vault verify --key-file my.key my-vault || status=$?
echo "exit status $status"

# $1 is who does it.
as() {
    person=$1
    shift
    printf '\n%s$ %s\n' "$person" "$*"
    HOME="$work/$person" XDG_STATE_HOME="$work/$person/state" SECR_CHAT_VAULT="$work/$person/chat" "$@"
}

printf '\nTwo people who talk. Between them is a relay, which is started here.\n'
printf '\n$ secr-relay serve --data relay &\n'
secr-relay serve --data relay --listen 127.0.0.1:0 > relay.log 2>&1 &
relay=$!
tries=0
until grep -q '^listening on ' relay.log; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat relay.log; exit 1; }
    sleep 0.1
done
cat relay.log
origin=$(sed -n 's/^listening on //p' relay.log)
mkdir anna ben
for person in anna ben; do
    as "$person" secr-chat init --key-file my.key "$origin"
    as "$person" secr-vault unlock --key-file my.key --for 5m "$work/$person/chat"
done

printf '\nAnna invites Ben. She hands him the link; nobody has a number, a name or an account.\n'
as anna secr-chat invite Ben > invitation
cat invitation
tail -n 1 invitation > ben.link
as ben secr-chat accept Anna --link-file ben.link
as anna secr-chat receive
as ben secr-chat receive
as anna secr-chat receive

printf '\nIs anybody in between? Not if both see the same code.\n'
as anna secr-chat verify --matches Ben
as ben secr-chat verify --matches Anna

as anna secr-chat send Ben 'Meet me at the lighthouse, at nine.'
printf '\nA photo goes with it, out of her vault. What it tells beside what it shows is removed on the way.\n'
as anna secr-vault put "$work/anna/chat" beach.jpg
as anna secr-chat attach Ben --from-vault beach.jpg --caption 'That one.'
printf '\nBoth are with the relay. What has it, on its disk?\n\n$ find relay -type f\n'
find relay -type f | sort
for word in lighthouse beach Exif Anna Ben; do
    printf '\n$ grep -rc %s relay\n' "$word"
    if grep -rac "$word" relay | grep -v ':0$'; then exit 1; fi
    echo "nothing"
done
as ben secr-chat contacts --json > contacts.json
box=$(sed -n 's/.*"box":"\([0-9a-f]*\)".*/\1/p' contacts.json)
printf '\nAnd what does it know of the box from which Ben takes what is for him?\n'
step secr-relay audit --data relay "$box"
as ben secr-chat receive
as ben secr-chat export Anna 2 -o from-anna.jpg
step secr-scrub check from-anna.jpg
printf '\nIt is the picture that Anna took, but for what it told: the same as the copy that was scrubbed above.\n'
step cmp from-anna.jpg holiday.scrubbed.jpg
as ben secr-vault ls -l "$work/ben/chat" chat/Anna
as ben secr-chat send Anna 'I will be there.'
as anna secr-chat receive
as anna secr-chat history Ben
as anna secr-chat contacts

printf '\nWhat can a relay still see?\n'
status=0
as anna secr-chat doctor || status=$?
echo "exit status $status"
for person in anna ben; do as "$person" secr-vault lock "$work/$person/chat"; done

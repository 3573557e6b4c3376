#!/bin/sh
# Programs of daily life with many files, in a mounted vault: sh programs.sh FOLDER, an empty one in it.
# Says what it does; ends with an error where a program does, or where what comes out is not what went in.
set -eu
there=$(cd "$1" && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
listed() { (cd "$1" && find . ! -type d -printf '%p %y %m %s %T@ %l %n\n' | LC_ALL=C sort); }

echo "git: 10,000 files, a commit, a clone, gc, fsck"
mkdir "$there/source"
(
    cd "$there/source"
    for folder in $(seq 100); do
        mkdir "$folder"
        for file in $(seq 100); do echo "$folder $file" > "$folder/$file"; done
    done
    git init -q . && git add . && git -c user.name=n -c user.email=e commit -qm one
    for folder in $(seq 50); do echo changed >> "$folder/1"; done
    git -c user.name=n -c user.email=e commit -qam two
)
git clone -q "$there/source" "$there/clone" && git clone -q "file://$there/source" "$here/clone"
git -C "$there/clone" gc -q && git -C "$there/clone" fsck --full --strict 2>&1
diff -r --exclude=.git "$there/source" "$there/clone" && diff -r --exclude=.git "$there/clone" "$here/clone"
[ -z "$(git -C "$there/source" status --porcelain)" ]

echo "make -j2: a program of 200 files"
mkdir "$there/program"
(
    cd "$there/program"
    cat > Makefile << 'END'
OBJECTS := $(patsubst %.c,%.o,$(wildcard *.c))
program: library.a main.o; $(CC) -o $@ main.o library.a
library.a: $(filter-out main.o,$(OBJECTS)); $(AR) rcs $@ $^
%.o: %.c all.h; $(CC) -O0 -c -o $@ $<
END
    for file in $(seq 200); do
        echo "int f$file(int);" >> all.h
        printf '#include "all.h"\nint f%d(int x) { return x + %d; }\n' "$file" "$file" > "f$file.c"
    done
    printf '#include "all.h"\n#include <stdio.h>\nint main(void) { printf("%%d\\n", f200(f1(1))); return 0; }\n' > main.c
    make -s -j2 && [ "$(./program)" = 202 ]
    touch f7.c && [ "$(make -j2 | grep -c 'f7\.o\|rcs\|program')" = 3 ]
)

echo "rsync: the second time there is nothing to do"
find /usr/include /usr/share/doc ! -type d 2> /dev/null | head -n 15000 > "$here/names"
mkdir "$here/many"
tar -cf - -T "$here/names" 2> /dev/null | tar -xf - -C "$here/many"
mkdir "$there/copy"
rsync -a "$here/many/" "$there/copy/"
again=$(rsync -a --itemize-changes "$here/many/" "$there/copy/")
[ -z "$again" ] || { echo "$again" | head; exit 1; }

echo "tar: 15,000 files out and back"
setfattr -n user.note -v kept "$there/copy/$(head -n 1 "$here/names" | cut -c2-)"
mkdir "$here/back" "$there/back"
tar --xattrs -cf - -C "$there/copy" . | tar --xattrs -xf - -C "$there/back"
tar --xattrs -cf - -C "$there/back" . | tar --xattrs -xf - -C "$here/back"
listed "$here/many" > "$here/before" && listed "$here/back" | diff "$here/before" -
diff -r --no-dereference "$here/many" "$here/back"
[ "$(getfattr --absolute-names --only-values -n user.note "$here/back/$(head -n 1 "$here/names" | cut -c2-)")" = kept ]

echo "sqlite3: two processes, with a log written ahead"
database=$there/data.db
sqlite3 "$database" 'PRAGMA journal_mode = wal; CREATE TABLE t (a, b);' > /dev/null
for who in 1 2; do
    for turn in $(seq 200); do echo "PRAGMA busy_timeout = 60000; INSERT INTO t VALUES ($who, $turn);"; done \
        | sqlite3 "$database" > /dev/null &
done
wait
[ "$(sqlite3 "$database" 'SELECT count(*) FROM t; PRAGMA integrity_check;')" = "$(printf '400\nok')" ]

echo "a film, played from the middle"
head -c 50000000 /dev/urandom > "$here/film" && cp "$here/film" "$there/film"
[ "$(tail -c +25000001 "$there/film" | cksum)" = "$(tail -c +25000001 "$here/film" | cksum)" ]

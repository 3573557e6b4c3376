# SECR. `make demo` shows what it does, `make test` runs every test; both install what they need on Debian.
# Installing: make install PREFIX=/usr/local DESTDIR=

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
BIN := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd
SCRUB_UNIT := Sources/secr-scrub/Units/secr-scrub@.service
VAULT_UNIT := Sources/secr-vault/Units/secr-vault@.service
RELAY_UNIT := Sources/secr-relay/Units/secr-relay.service

TOOLS := secr-scrub secr-vault secr-chat
SERVER := secr-relay
# Pages of other sections than 1, which has one for each tool, and 8, which has the server's.
PAGES := secr-stream.5 secr-receipt.5 secr-vault-format.5 secr-protocol.7 secr-message.7
RELEASE := .build/release

# What Debian calls the things that are needed.
BUILD_PACKAGES := pkg-config libexif-dev libjpeg-dev libturbojpeg0-dev zlib1g-dev libqpdf-dev libsodium-dev libssl-dev libcurl4-openssl-dev libsystemd-dev libsqlite3-dev libfuse3-dev libpq-dev libqrencode-dev
TEST_PACKAGES := python3 python3-cryptography python3-venv openssl strace libimage-exiftool-perl libjpeg-turbo-progs ffmpeg liblcms2-utils \
	libheif-examples libde265-examples libavif-bin qpdf poppler-utils fuse3 attr procps sqlite3 python3-dbusmock python3-pyte dbus postgresql zbar-tools exiv2
LINT_PACKAGES := shellcheck mandoc
BENCH_PACKAGES := python3 libimage-exiftool-perl libjpeg-turbo-progs jhead exiv2 mat2 qpdf ffmpeg poppler-utils \
	libheif-examples liblcms2-2 age restic gocryptfs fuse3 fio strace
PEER_PACKAGES := cmake g++ make nlohmann-json3-dev
JUDGE_PACKAGES := python3 libimage-exiftool-perl libjpeg-turbo-progs ffmpeg liblcms2-2 libheif-examples libavif-bin qpdf poppler-utils

SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

# $(call packages,LIST): installs what is missing; on other systems says what to install.
packages = @missing=""; \
	if ! command -v apt-get >/dev/null; then echo "not Debian: please see to it that these are there: $(1)"; exit 0; fi; \
	for name in $(1); do \
		dpkg-query -W -f='$${Status}' "$$name" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$name"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	echo "installing$$missing"; \
	$(SUDO) apt-get update -qq; \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null

.PHONY: help demo test fuzz fuzz-coverage bench bench-peers bench-mls bench-mount bench-entries bench-relay lint judge \
	build build-relay folders install install-relay uninstall clean build-packages

help:
	@echo "make demo       build, and show what a picture gave away, what a vault hides, and two people who talk"
	@echo "make test       run every test"
	@echo "make fuzz       libFuzzer on each parser for FUZZ_SECONDS, 60 unless told; make fuzz-coverage counts lines"
	@echo "make bench      race cp and the peers, and hold the results against the bars"
	@echo "make bench-peers     only what each of the peers leaves, breaks and takes, as a table in Markdown"
	@echo "make bench-mls       what SecrMLS takes; MLSPP= a copy of mlspp, to race it"
	@echo "make bench-mount     the same for a mounted vault, as root"
	@echo "make bench-entries   the same for a vault of a million entries, which takes its time"
	@echo "make bench-relay     load on a relay, with SQLite and with PostgreSQL"
	@echo "make lint       formatting, warnings, man pages, scripts"
	@echo "make build      build in release mode, into $(RELEASE); make build-relay for the server"
	@echo "make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); make install-relay for the server"
	@echo "make uninstall, make clean"

build-packages:
	@command -v swift >/dev/null || { echo "a Swift toolchain, 6.2 or later, has to be in PATH: see swift.org/install"; exit 1; }
	$(call packages,$(BUILD_PACKAGES))

# The Swift runtime needs libstdc++ and libgcc_s, which to load takes a fourth of the time to start. A folder that holds only
# the static ones makes the linker take these. And without --disable-local-rpath every other library would be looked for in
# the folder of the program first, which takes time as well, and where somebody could put one.
STATIC := .build/static

# $(call products,NAMES): one at a time; of several, swift build makes the last.
products = @mkdir -p $(STATIC) && ln -sf "$$(clang -print-file-name=libstdc++.a)" $(STATIC)/ && \
	ln -sf "$$(clang -print-file-name=libgcc_eh.a)" $(STATIC)/libgcc_s.a; \
	for product in $(1); do \
		swift build -c release --static-swift-stdlib --disable-local-rpath -Xlinker -L$(STATIC) --product $$product \
			|| exit 1; \
	done

build: build-packages
	$(call products,$(TOOLS))

build-relay: build-packages
	$(call products,$(SERVER))

demo: build build-relay
	@sh Tests/Demo/demo.sh $(RELEASE)

# Tests of servers and of those who ask them run by themselves, one after the other: they wait in tasks, for which the other
# tests, which wait for programs, leave no threads.
SERVER_TESTS := SecrHTTPTests|SecrS3Tests|SecrRelayTests|SecrMessengerTests|CommandTests\.(Relay|Chat)

test: build-packages
	$(call packages,$(TEST_PACKAGES))
	@sh Tests/SecrS3Tests/install_moto.sh .build/moto || echo "moto can't be installed: tests against it are skipped"
	swift build -c release --build-tests
	swift test -c release --skip-build --skip '$(SERVER_TESTS)'
	swift test -c release --skip-build --no-parallel --filter '$(SERVER_TESTS)'

# A package of its own, with what it found below .build/fuzz-*.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= jpeg,png,heif,mp4,pdf,icc,exif,xmp,iptc,coded

fuzz: build-packages
	python3 Tests/Fuzz/fuzz.py --seconds $(FUZZ_SECONDS) --only $(FUZZ_TARGETS)

fuzz-coverage: build-packages
	python3 Tests/Fuzz/fuzz.py --coverage --only $(FUZZ_TARGETS)

bench: build
	$(call packages,$(BENCH_PACKAGES))
	@status=0; \
	python3 Tests/Benchmarks/bench.py $(RELEASE) || status=1; \
	python3 Tests/Benchmarks/vault.py $(RELEASE)/secr-vault || status=1; \
	python3 Tests/Benchmarks/peers.py $(RELEASE) || status=1; \
	exit $$status

bench-peers: build
	$(call packages,$(BENCH_PACKAGES))
	python3 Tests/Benchmarks/peers.py $(RELEASE)

# MLSPP: a folder with github.com/cisco/mlspp, to race it.
bench-mls: build-packages
	$(if $(MLSPP),$(call packages,$(PEER_PACKAGES)))
	swift build -c release --product mls-benchmark
	@if [ -n "$(MLSPP)" ]; then sh Tests/Benchmarks/MLS/build_peer.sh "$(MLSPP)" "$(CURDIR)/.build/mlspp"; fi
	$(RELEASE)/mls-benchmark $(if $(MLSPP),--peer "$(CURDIR)/.build/mlspp/peer")

# As root: what is read must not be in a cache.
bench-mount: build
	$(call packages,$(BENCH_PACKAGES))
	python3 Tests/Benchmarks/mount.py $(RELEASE)/secr-vault

# Takes ten minutes or so, a million inodes, and no peers.
bench-entries: build
	python3 Tests/Benchmarks/vault_entries.py $(RELEASE)/secr-vault

# Starts a PostgreSQL server of its own.
bench-relay: build-packages
	$(call packages,python3 postgresql sqlite3)
	$(call products,$(SERVER) relay-load)
	python3 Tests/Benchmarks/relay.py $(RELEASE)/secr-relay $(RELEASE)/relay-load

# For whoever has the judge and a corpus of real files: make judge JUDGE=folder CORPUS=folder
judge: build
	$(call packages,$(JUDGE_PACKAGES))
	python3 "$(JUDGE)/judge.py" secr:$(CURDIR)/$(RELEASE)/secr-scrub "$(CORPUS)" --only jpeg,png,heif,mp4 --gate

lint: build-packages
	$(call packages,$(LINT_PACKAGES))
	swift format lint --strict --recursive Sources Tests Package.swift
	mandoc -T lint -W warning man/*.[1578]
	shellcheck .ci/run Tests/Demo/demo.sh Tests/CommandTests/programs.sh Tests/Benchmarks/MLS/build_peer.sh \
		Tests/SecrS3Tests/install_moto.sh
	swift build -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error

# $(call put_tool,NAME,SECTION): a binary, its page, its completions.
put_tool = install -s -m 755 $(RELEASE)/$(1) $(BIN)/$(1); \
	gzip -9n < man/$(1).$(2) > $(SHARE)/man/man$(2)/$(1).$(2).gz; \
	$(RELEASE)/$(1) --completions bash > $(SHARE)/bash-completion/completions/$(1); \
	$(RELEASE)/$(1) --completions zsh > $(SHARE)/zsh/vendor-completions/_$(1); \
	$(RELEASE)/$(1) --completions fish > $(SHARE)/fish/vendor_completions.d/$(1).fish;
drop_tool = rm -f $(BIN)/$(1) $(SHARE)/man/man$(2)/$(1).$(2).gz $(SHARE)/bash-completion/completions/$(1) \
	$(SHARE)/zsh/vendor-completions/_$(1) $(SHARE)/fish/vendor_completions.d/$(1).fish;
# $(call put_unit,FILE,FOLDER): with the place of its binary.
put_unit = sed 's|=secr-|=$(PREFIX)/bin/secr-|' $(1) > $(2)/$(notdir $(1))

folders:
	install -d $(BIN) $(addprefix $(SHARE)/man/man,1 5 7 8) $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/vendor-completions $(SHARE)/fish/vendor_completions.d $(UNITS)/user $(UNITS)/system

install: build folders
	$(foreach tool,$(TOOLS),$(call put_tool,$(tool),1))
	for page in $(PAGES); do \
		gzip -9n < man/$$page > $(SHARE)/man/man$${page##*.}/$$page.gz; \
	done
	$(call put_unit,$(SCRUB_UNIT),$(UNITS)/user)
	$(call put_unit,$(VAULT_UNIT),$(UNITS)/user)

# The server, which a person with the tools has no use for.
install-relay: build-relay folders
	$(call put_tool,$(SERVER),8)
	$(call put_unit,$(RELAY_UNIT),$(UNITS)/system)

uninstall:
	$(foreach tool,$(TOOLS),$(call drop_tool,$(tool),1))
	$(call drop_tool,$(SERVER),8)
	for page in $(PAGES); do rm -f $(SHARE)/man/man$${page##*.}/$$page.gz; done
	rm -f $(addprefix $(UNITS)/user/,$(notdir $(SCRUB_UNIT) $(VAULT_UNIT))) $(UNITS)/system/$(notdir $(RELAY_UNIT))

clean:
	rm -rf .build .build-*

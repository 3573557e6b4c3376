# SECR. `make demo` shows what it does, `make test` runs every test; both install what they need on Debian.
# Installing: make install PREFIX=/usr/local DESTDIR=

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
BIN := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd/user
UNIT := Sources/secr-vault/Units/secr-vault@.service

TOOLS := secr-scrub secr-vault
# Pages of other sections than 1, which has one for each tool.
PAGES := secr-stream.5 secr-vault-format.5
RELEASE := .build/release

# What Debian calls the things that are needed.
BUILD_PACKAGES := pkg-config libexif-dev libjpeg-dev libturbojpeg0-dev zlib1g-dev libqpdf-dev libsodium-dev libssl-dev libsystemd-dev libsqlite3-dev libfuse3-dev
TEST_PACKAGES := python3 python3-cryptography strace libimage-exiftool-perl libjpeg-turbo-progs ffmpeg liblcms2-utils \
	libheif-examples libavif-bin qpdf poppler-utils fuse3 attr procps sqlite3 python3-dbusmock dbus
LINT_PACKAGES := shellcheck mandoc
BENCH_PACKAGES := python3 libimage-exiftool-perl libjpeg-turbo-progs jhead exiv2 mat2 qpdf age restic gocryptfs fuse3 fio strace
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

.PHONY: help demo test bench bench-mls bench-mount bench-entries lint judge build install uninstall clean build-packages

help:
	@echo "make demo       build, and show what a picture gave away, what is left, and what sealing does"
	@echo "make test       run every test"
	@echo "make bench      race cp and the peers, and hold the results against the bars"
	@echo "make bench-mls       what SecrMLS takes; MLSPP= a copy of mlspp, to race it"
	@echo "make bench-mount     the same for a mounted vault, as root"
	@echo "make bench-entries   the same for a vault of a million entries, which takes its time"
	@echo "make lint       formatting, warnings, man pages, scripts"
	@echo "make build      build in release mode, into $(RELEASE)"
	@echo "make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make uninstall, make clean"

build-packages:
	@command -v swift >/dev/null || { echo "a Swift toolchain, 6.2 or later, has to be in PATH: see swift.org/install"; exit 1; }
	$(call packages,$(BUILD_PACKAGES))

# The Swift runtime needs libstdc++, which to load takes a fifth of the time to start. A folder that holds only the static
# one makes the linker take that.
STATIC := .build/static

build: build-packages
	@mkdir -p $(STATIC) && ln -sf "$$(clang -print-file-name=libstdc++.a)" $(STATIC)/
	@# One product at a time: of several, swift build makes the last.
	@for tool in $(TOOLS); do \
		swift build -c release --static-swift-stdlib -Xlinker -L$(STATIC) --product $$tool || exit 1; \
	done

demo: build
	@sh Tests/Demo/demo.sh $(RELEASE)

test: build-packages
	$(call packages,$(TEST_PACKAGES))
	swift build -c release --build-tests
	swift test -c release --skip-build

bench: build
	$(call packages,$(BENCH_PACKAGES))
	@status=0; \
	python3 Tests/Benchmarks/bench.py $(RELEASE) || status=1; \
	python3 Tests/Benchmarks/vault.py $(RELEASE)/secr-vault || status=1; \
	exit $$status

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

# For whoever has the judge and a corpus of real files: make judge JUDGE=folder CORPUS=folder
judge: build
	$(call packages,$(JUDGE_PACKAGES))
	python3 "$(JUDGE)/judge.py" secr:$(CURDIR)/$(RELEASE)/secr-scrub "$(CORPUS)" --only jpeg,png,heif --gate

lint: build-packages
	$(call packages,$(LINT_PACKAGES))
	swift format lint --strict --recursive Sources Tests Package.swift
	mandoc -T lint -W warning man/*.[1578]
	shellcheck .ci/run Tests/Demo/demo.sh Tests/CommandTests/programs.sh Tests/Benchmarks/MLS/build_peer.sh
	swift build -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error

install: build
	install -d $(BIN) $(SHARE)/man/man1 $(SHARE)/man/man5 $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/vendor-completions $(SHARE)/fish/vendor_completions.d $(UNITS)
	for tool in $(TOOLS); do \
		install -s -m 755 $(RELEASE)/$$tool $(BIN)/$$tool; \
		gzip -9n < man/$$tool.1 > $(SHARE)/man/man1/$$tool.1.gz; \
		$(RELEASE)/$$tool --completions bash > $(SHARE)/bash-completion/completions/$$tool; \
		$(RELEASE)/$$tool --completions zsh > $(SHARE)/zsh/vendor-completions/_$$tool; \
		$(RELEASE)/$$tool --completions fish > $(SHARE)/fish/vendor_completions.d/$$tool.fish; \
	done
	for page in $(PAGES); do \
		gzip -9n < man/$$page > $(SHARE)/man/man$${page##*.}/$$page.gz; \
	done
	sed 's|=secr-vault |=$(PREFIX)/bin/secr-vault |' $(UNIT) > $(UNITS)/$(notdir $(UNIT))

uninstall:
	for tool in $(TOOLS); do \
		rm -f $(BIN)/$$tool $(SHARE)/man/man1/$$tool.1.gz $(SHARE)/bash-completion/completions/$$tool \
			$(SHARE)/zsh/vendor-completions/_$$tool $(SHARE)/fish/vendor_completions.d/$$tool.fish; \
	done
	for page in $(PAGES); do rm -f $(SHARE)/man/man$${page##*.}/$$page.gz; done
	rm -f $(UNITS)/$(notdir $(UNIT))

clean:
	rm -rf .build .build-*

# SPDX-License-Identifier: GPL-2.0
# `make help` lists what there is to call. The module's objects stand in Kbuild.

.DEFAULT_GOAL := all
SHELL := /bin/bash

# The kernel build tree: that of the running kernel, else the newest installed.
RUNNING_KDIR := /lib/modules/$(shell uname -r)/build
NEWEST_KDIR = $(lastword $(shell printf '%s\n' $(wildcard /lib/modules/*/build) | sort -V))
KDIR ?= $(if $(wildcard $(RUNNING_KDIR)/Makefile),$(RUNNING_KDIR),$(NEWEST_KDIR))
KRELEASE = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)

CFLAGS ?= -O2 -g
PLUGIN_CFLAGS = -Wall -Wextra -fPIC -Iinclude $(shell pkg-config --cflags xtables)
# What an older libxtables lacks is to fail here, not when iptables loads it.
PLUGIN_LDFLAGS = -shared -Wl,-z,defs $(shell pkg-config --libs xtables)
XTLIBDIR = $(shell pkg-config --variable=xtlibdir xtables)
MANDIR ?= /usr/share/man
DESTDIR ?=

PLUGIN := userspace/libxt_TRIGGER.so
MANPAGE := $(wildcard userspace/xt_TRIGGER.8)

# $(call need,TEST,WHAT,PACKAGE): one line instead of the error that would follow.
need = @{ $(1); } >/dev/null 2>&1 || { \
	echo "make: $(strip $(2)) is missing; on Debian: apt-get install $(3)" >&2; exit 1; }

.PHONY: all
all: module plugin

.PHONY: module
module: kdir
	+@$(MAKE) --no-print-directory -C '$(KDIR)' M='$(CURDIR)' $(KBUILD_ARGS) modules

.PHONY: kdir
kdir:
	$(call need,command -v $(CC),a C compiler ($(CC)),gcc)
	$(call need,test -n '$(KDIR)' -a -e '$(KDIR)/Makefile',\
		a kernel build tree (KDIR='$(KDIR)'),linux-headers-$$(uname -r))
	@[ '$(KDIR)' = '$(RUNNING_KDIR)' ] || echo 'building for $(KRELEASE) (KDIR=$(KDIR))'

.PHONY: plugin
plugin: plugin-tools
	@$(MAKE) --no-print-directory $(PLUGIN)

.PHONY: plugin-tools
plugin-tools:
	$(call need,command -v $(CC),a C compiler ($(CC)),gcc libc6-dev)
	$(call need,command -v pkg-config,pkg-config,pkg-config)
	$(call need,pkg-config --exists xtables,libxtables' headers,libxtables-dev)

$(PLUGIN): userspace/libxt_TRIGGER.c include/xt_TRIGGER.h
	$(CC) $(CPPFLAGS) $(CFLAGS) $(PLUGIN_CFLAGS) $(LDFLAGS) -o $@ $< $(PLUGIN_LDFLAGS)

# modules_install runs depmod only where the build tree has a System.map, and
# signs even where the tree came without its key, as packages of headers do. A
# staging directory of a package has no kernel in it to run depmod for.
NO_SIGNING = $(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)

define run_depmod
@if [ -e '$(DESTDIR)/lib/modules/$(KRELEASE)/modules.order' ]; then \
	echo 'depmod for $(KRELEASE)'; \
	PATH="$$PATH:/usr/sbin:/sbin" depmod -b '$(DESTDIR)/' '$(KRELEASE)'; \
else \
	echo 'no kernel in $(DESTDIR)/lib/modules/$(KRELEASE): depmod not run'; \
fi
endef

.PHONY: install
install: module install-plugin
	$(call need,command -v depmod || test -x /sbin/depmod,depmod,kmod)
	+@$(MAKE) --no-print-directory -C '$(KDIR)' M='$(CURDIR)' \
		INSTALL_MOD_PATH='$(DESTDIR)' INSTALL_MOD_DIR=updates INSTALL_MOD_STRIP=1 $(NO_SIGNING) \
		modules_install 2> >(grep -v 'missing .System.map. file' >&2)
	$(run_depmod)

.PHONY: uninstall
uninstall:
	rm -f '$(DESTDIR)/lib/modules/$(KRELEASE)/updates'/xt_TRIGGER.ko* \
		'$(DESTDIR)$(XTLIBDIR)/libxt_TRIGGER.so' '$(DESTDIR)$(MANDIR)/man8/xt_TRIGGER.8'
	$(run_depmod)

.PHONY: install-plugin
install-plugin: plugin
	install -D -m 644 $(PLUGIN) '$(DESTDIR)$(XTLIBDIR)/libxt_TRIGGER.so'
	$(if $(MANPAGE),install -D -m 644 $(MANPAGE) '$(DESTDIR)$(MANDIR)/man8/xt_TRIGGER.8')

# DKMS builds the module anew for each kernel that comes (dkms.conf).
VERSION = $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SOURCE = $(DESTDIR)/usr/src/xt-trigger-$(VERSION)

.PHONY: dkms-source
dkms-source:
	install -D -m 644 -t '$(DKMS_SOURCE)' Kbuild dkms.conf
	install -D -m 644 -t '$(DKMS_SOURCE)/include' include/*.h
	install -D -m 644 -t '$(DKMS_SOURCE)/kernel' kernel/*.[ch]

.PHONY: dkms-install dkms-remove
dkms-install dkms-remove:
	$(call need,command -v dkms || test -x /usr/sbin/dkms,dkms,dkms)
	@packaging/dkms $(@:dkms-%=%)

.PHONY: clean
clean:
	rm -f $(PLUGIN) *.ko *.o *.mod *.mod.c .*.cmd .module-common.o Module.symvers modules.order
	rm -f kernel/*.o kernel/.*.cmd kernel/*.gcno kernel/*.gcda
	rm -rf .tmp_versions

# Everything from here on runs in a QEMU guest and needs neither headers nor a
# compiler on this machine; what it needs, it installs (tests/README.md).

SUITE ?= bookworm

.PHONY: check
check:
	@tests/run --suite '$(SUITE)' $(TESTS)

.PHONY: check-matrix
check-matrix:
	@tests/run --matrix $(TESTS)

.PHONY: check-unit
check-unit:
	@tests/unit/run $(TESTS)

.PHONY: check-debug
check-debug:
	@tests/debug/run $(TESTS)

.PHONY: coverage
coverage:
	@tests/debug/coverage $(TESTS)

.PHONY: lint
lint:
	@tests/lint

# How many inputs of each kind, and which: COUNT=1000000 SEED=1
.PHONY: fuzz
fuzz:
	@SUITE='$(SUITE)' tests/fuzz/run "$(COUNT)" "$(SEED)"

.PHONY: check-packages
check-packages:
	@tests/packaging/run $(TESTS)

# The packages are built in a root of their own, and not for this machine alone.
.PHONY: deb
deb:
	@packaging/deb '$(SUITE)'

SECS ?= 60

.PHONY: stress
stress:
	@tests/guest/run --suite '$(SUITE)' --timeout $$(($(SECS) * 3 + 1200)) -- \
		tests/stress/run '$(SECS)'

.PHONY: demo
demo:
	@tests/demo/run

.PHONY: bench
bench:
	@tests/bench/run

.PHONY: help
help:
	@echo 'make                the module xt_TRIGGER.ko and the plugin $(PLUGIN)'
	@echo 'make module         the module alone; KDIR=... picks the kernel build tree'
	@echo '                    (now: $(KDIR))'
	@echo 'make plugin         the iptables plugin alone'
	@echo 'make install        puts module, plugin and man page in place, runs depmod; DESTDIR=...'
	@echo 'make uninstall      removes these from the same places'
	@echo 'make install-plugin plugin and man page alone; DESTDIR=...'
	@echo 'make dkms-install   has DKMS build and install the module, now and for every new kernel'
	@echo 'make dkms-remove    takes it out of DKMS again'
	@echo 'make clean          removes everything built here'
	@echo
	@echo 'In a QEMU guest, with all that it needs installed and downloaded:'
	@echo 'make demo           an IRC server asks a LAN host for its user'\''s name'
	@echo 'make check          every test; TESTS="name ..." runs a part; SUITE=... picks the kernel'
	@echo 'make check-matrix   every test on every kernel'
	@echo 'make check-unit     the tests that need no guest'
	@echo 'make fuzz           rules, commands and packets by chance; COUNT=... SEED=...'
	@echo 'make check-packages DKMS and the Debian packages: build, install, upgrade, remove'
	@echo 'make deb            the Debian packages, into packaging/debs; SUITE=... builds for it'
	@echo 'make check-debug    every test and the stress on debug kernels, and what these find'
	@echo 'make coverage       which lines of module and plugin the tests run'
	@echo 'make bench          what a packet costs, beside what people use instead'
	@echo 'make stress         everything at once on two CPUs; SECS=60'
	@echo 'make lint           shellcheck, sparse, checkpatch, coccicheck, warnings'

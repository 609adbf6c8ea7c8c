# SPDX-License-Identifier: GPL-2.0
# `make help` lists what there is to call. The module's objects stand in Kbuild.

.DEFAULT_GOAL := all

# The kernel build tree: that of the running kernel, else the newest installed.
RUNNING_KDIR := /lib/modules/$(shell uname -r)/build
NEWEST_KDIR = $(lastword $(shell printf '%s\n' $(wildcard /lib/modules/*/build) | sort -V))
KDIR ?= $(if $(wildcard $(RUNNING_KDIR)/Makefile),$(RUNNING_KDIR),$(NEWEST_KDIR))
KRELEASE = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)

# For another machine: CROSS_COMPILE is in front of its tools' names, and ARCH is what
# the kernel calls it.
ifeq ($(origin CC),default)
CC := $(if $(CROSS_COMPILE),$(CROSS_COMPILE)gcc,cc)
endif
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config

# A kernel that clang has built gets a module that clang builds; LLVM=-16 names another
# one than the default.
CLANG_KERNEL = $(shell grep -sx CONFIG_CC_IS_CLANG=y \
	'$(KDIR)/.config' '$(KDIR)/include/config/auto.conf')
CLANG_TOOL = command -v $(filter %/,$(LLVM))$(1)$(filter -%,$(LLVM))
KERNEL_MAKE = $(MAKE) --no-print-directory -C '$(KDIR)' M='$(CURDIR)' \
	$(if $(LLVM),,$(if $(CLANG_KERNEL),LLVM=1))

# The kernel's build system runs in its own directory, so that a path from here has to
# begin at the root.
DESTDIR ?=
ifneq ($(DESTDIR),)
override DESTDIR := $(if $(filter /%,$(firstword $(DESTDIR))),,$(CURDIR)/)$(DESTDIR)
endif
MANDIR ?= /usr/share/man
SBINDIR ?= /usr/sbin
COMPLETIONDIR ?= /usr/share/bash-completion/completions
XTLIBDIR ?= $(shell $(PKG_CONFIG) --variable=xtlibdir xtables 2>/dev/null)

CFLAGS ?= -O2 -g
COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS) -Wall -Wextra -Iinclude
PLUGIN_CFLAGS = -fPIC -fvisibility=hidden $(shell $(PKG_CONFIG) --cflags xtables)
# What an older libxtables lacks is to fail here, not when iptables loads it.
PLUGIN_LDFLAGS = $(LDFLAGS) -shared -Wl,-z,defs $(shell $(PKG_CONFIG) --libs xtables)

PLUGIN := userspace/libxt_TRIGGER.so

TOOL := userspace/xt-trigger/xt-trigger
TOOL_OBJECTS := $(patsubst %.c,%.o,$(wildcard userspace/xt-trigger/*.c))
TOOL_CFLAGS = -D_GNU_SOURCE -DXT_TRIGGER_VERSION='"$(VERSION)"' $(shell $(PKG_CONFIG) --cflags libmnl)
TOOL_LDFLAGS = $(LDFLAGS) $(shell $(PKG_CONFIG) --libs libmnl)

# Packages whose tools know the place pass UNITDIR= and put it there themselves.
UNITDIR ?= /usr/lib/systemd/system
UNITS = $(if $(UNITDIR),$(patsubst packaging/systemd/%,$(UNITDIR)/%,$(wildcard packaging/systemd/*.service)))
CONF = $(DESTDIR)/etc/xt-trigger.conf

MANPAGE := $(wildcard userspace/xt_TRIGGER.8)

# What `make install` puts in place beside the module.
INSTALLED = $(XTLIBDIR)/libxt_TRIGGER.so $(MANDIR)/man8/xt_TRIGGER.8 \
	$(SBINDIR)/xt-trigger $(MANDIR)/man8/xt-trigger.8 $(COMPLETIONDIR)/xt-trigger \
	$(MANDIR)/man5/xt-trigger.conf.5 $(UNITS)

# $(call need,TEST,WHAT,PACKAGE): one line instead of the error that would follow.
need = @{ $(1); } >/dev/null 2>&1 || { \
	echo "make: $(strip $(2)) is missing; on Debian: apt-get install $(3)" >&2; exit 1; }
need_cc = $(call need,command -v $(CC),a C compiler ($(CC)),gcc libc6-dev)
need_clang = $(call need,$(foreach tool,clang ld.lld,$(call CLANG_TOOL,$(tool)) &&) \
	$(call CLANG_TOOL,llvm-nm),clang with lld and llvm (this kernel is built by it),clang lld llvm)

# $(call plain,PATH,WHAT): the same for what the kernel's build system cannot do.
plain = @$(if $(word 2,$(1))$(findstring :,$(1)),echo "make: the kernel's build system takes \
	no blank and no colon in $(2): $(1)" >&2; exit 1,:)

# $(call record,COMMAND): the recipe of a file that changes when the command does. What
# the command builds depends on it, and so is built again with another compiler or flags.
record = @$(file >$@.new,$(1))if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

.PHONY: FORCE
FORCE:

.PHONY: all
all: module plugin xt-trigger

.PHONY: module
module: kdir
	+@$(KERNEL_MAKE) $(KBUILD_ARGS) modules

.PHONY: kdir
kdir:
	$(call plain,$(CURDIR),the path of a module's source)
	$(call need,test -n '$(KDIR)' -a -e '$(KDIR)/Makefile',\
		a kernel build tree (KDIR='$(KDIR)'),linux-headers-$$(uname -r))
	$(if $(LLVM)$(CLANG_KERNEL),$(need_clang),$(need_cc))
	@[ '$(KDIR)' = '$(RUNNING_KDIR)' ] || echo 'building for $(KRELEASE) (KDIR=$(KDIR))'

.PHONY: plugin
plugin: plugin-tools
	@$(MAKE) --no-print-directory $(PLUGIN)

.PHONY: plugin-tools
plugin-tools: xtlibdir
	$(need_cc)
	$(call need,$(PKG_CONFIG) --exists xtables,libxtables' headers,libxtables-dev)

.PHONY: xtlibdir
xtlibdir:
	$(call need,test -n '$(XTLIBDIR)' || command -v $(PKG_CONFIG),$(PKG_CONFIG),pkg-config)
	$(call need,test -n '$(XTLIBDIR)',what tells where iptables' plugins are \
		(or name it: XTLIBDIR=),libxtables-dev)

$(PLUGIN): userspace/libxt_TRIGGER.c userspace/items.c userspace/items.h include/xt_TRIGGER.h \
		userspace/.libxt_TRIGGER.so.cmd
	$(COMPILE) $(PLUGIN_CFLAGS) -o $@ $(filter %.c,$^) $(PLUGIN_LDFLAGS)

userspace/.libxt_TRIGGER.so.cmd: FORCE
	$(call record,$(COMPILE) $(PLUGIN_CFLAGS) $(PLUGIN_LDFLAGS))

.PHONY: xt-trigger
xt-trigger: tool-tools
	@$(MAKE) --no-print-directory $(TOOL)

.PHONY: tool-tools
tool-tools:
	$(need_cc)
	$(call need,command -v $(PKG_CONFIG),$(PKG_CONFIG),pkg-config)
	$(call need,$(PKG_CONFIG) --exists libmnl,libmnl's headers,libmnl-dev)

$(TOOL): $(TOOL_OBJECTS)
	$(CC) $(CFLAGS) -o $@ $^ $(TOOL_LDFLAGS)

$(TOOL_OBJECTS): %.o: %.c $(wildcard userspace/xt-trigger/*.h include/*.h) userspace/.xt-trigger.cmd
	$(COMPILE) $(TOOL_CFLAGS) -c -o $@ $<

userspace/.xt-trigger.cmd: FORCE
	$(call record,$(COMPILE) $(TOOL_CFLAGS) $(TOOL_LDFLAGS))

# modules_install signs even where the tree came without its key, as packages of
# headers do. It runs depmod only where the tree has a System.map, so that is left to
# us. A staging directory of a package has no kernel in it to run depmod for.
NO_SIGNING = $(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)

# $(call run_depmod,RELEASE)
run_depmod = if [ -e '$(DESTDIR)/lib/modules/'"$(1)"/modules.order ]; then \
	echo "depmod for $(1)"; \
	PATH="$$PATH:/usr/sbin:/sbin" depmod -b '$(DESTDIR)/' "$(1)"; \
else \
	echo 'no kernel in $(DESTDIR)/lib/modules/'"$(1): depmod not run"; \
fi

.PHONY: depmod
depmod:
	$(call need,command -v depmod || test -x /sbin/depmod,depmod,kmod)

.PHONY: destdir
destdir:
	$(call plain,$(DESTDIR),DESTDIR)

.PHONY: install
install: destdir depmod module install-plugin install-tool
	+@$(KERNEL_MAKE) INSTALL_MOD_PATH='$(DESTDIR)' INSTALL_MOD_DIR=updates \
		INSTALL_MOD_STRIP=1 $(NO_SIGNING) cmd_depmod=: modules_install
	@$(call run_depmod,$(KRELEASE))

.PHONY: uninstall
uninstall: depmod xtlibdir
	rm -f $(foreach file,$(INSTALLED),'$(DESTDIR)$(file)')
	! cmp -s userspace/xt-trigger.conf '$(CONF)' || rm '$(CONF)'
	@for module in '$(DESTDIR)'/lib/modules/*/updates/xt_TRIGGER.ko*; do \
		[ -e "$$module" ] || continue; \
		echo "rm $$module"; \
		rm "$$module" || exit; \
		release=$${module%/updates/*}; release=$${release##*/}; \
		$(call run_depmod,$$release); \
	done

.PHONY: install-plugin
install-plugin: plugin
	install -D -m 644 $(PLUGIN) '$(DESTDIR)$(XTLIBDIR)/libxt_TRIGGER.so'
	$(if $(MANPAGE),install -D -m 644 $(MANPAGE) '$(DESTDIR)$(MANDIR)/man8/xt_TRIGGER.8')

.PHONY: install-tool
install-tool: xt-trigger
	install -D -m 755 $(TOOL) '$(DESTDIR)$(SBINDIR)/xt-trigger'
	install -D -m 644 userspace/xt-trigger.8 '$(DESTDIR)$(MANDIR)/man8/xt-trigger.8'
	install -D -m 644 userspace/xt-trigger.bash-completion '$(DESTDIR)$(COMPLETIONDIR)/xt-trigger'
	install -D -m 644 userspace/xt-trigger.conf.5 '$(DESTDIR)$(MANDIR)/man5/xt-trigger.conf.5'
	[ -e '$(CONF)' ] || install -D -m 644 userspace/xt-trigger.conf '$(CONF)'
	$(if $(UNITS),install -D -m 644 -t '$(DESTDIR)$(UNITDIR)' packaging/systemd/*.service)

# The page for Cockpit: what is in git is what is installed, beside PatternFly's stylesheet.
COCKPITDIR ?= /usr/share/cockpit
PAGE := $(wildcard userspace/cockpit/*.js userspace/cockpit/*.css) \
	userspace/cockpit/index.html userspace/cockpit/manifest.json
STYLESHEET := userspace/cockpit/patternfly/patternfly.css
METAINFODIR ?= /usr/share/metainfo
METAINFO := org.xt_trigger.cockpit.metainfo.xml
TEMPLATE := userspace/cockpit/po/xt-trigger.pot
TRANSLATIONS := $(wildcard userspace/cockpit/po/*.po)

# A source package holds the stylesheet already, and needs no network.
.PHONY: cockpit
cockpit:
	@userspace/cockpit/fetch-patternfly

.PHONY: gettext
gettext:
	$(call need,command -v msgfmt,gettext,gettext)
	$(call need,command -v python3,Python,python3)

# Takes the texts of the page into the template, and the template into the translations.
.PHONY: cockpit-pot
cockpit-pot: gettext bash
	userspace/cockpit/po/extract >$(TEMPLATE).new
	mv $(TEMPLATE).new $(TEMPLATE)
	for po in $(TRANSLATIONS); do msgmerge --quiet --no-fuzzy-matching --update --backup=none "$$po" $(TEMPLATE); done

.PHONY: install-cockpit
install-cockpit: cockpit gettext
	install -D -m 644 -t '$(DESTDIR)$(COCKPITDIR)/xt-trigger' $(PAGE)
	install -D -m 644 -t '$(DESTDIR)$(COCKPITDIR)/xt-trigger/patternfly' $(STYLESHEET)
	userspace/cockpit/po/compile.py '$(DESTDIR)$(COCKPITDIR)/xt-trigger' $(TRANSLATIONS)
	install -D -m 644 -t '$(DESTDIR)$(METAINFODIR)' userspace/cockpit/$(METAINFO)

.PHONY: uninstall-cockpit
uninstall-cockpit:
	rm -rf '$(DESTDIR)$(COCKPITDIR)/xt-trigger' '$(DESTDIR)$(METAINFODIR)/$(METAINFO)'

# DKMS builds the module anew for each kernel that comes (dkms.conf).
VERSION = $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SOURCE = $(DESTDIR)/usr/src/xt-trigger-$(VERSION)

.PHONY: dkms-source
dkms-source:
	install -D -m 644 -t '$(DKMS_SOURCE)' Kbuild dkms.conf
	install -D -m 644 -t '$(DKMS_SOURCE)/include' include/*.h
	install -D -m 644 -t '$(DKMS_SOURCE)/kernel' kernel/*.[ch]

.PHONY: dkms-install dkms-remove
dkms-install dkms-remove: bash
	$(call need,command -v dkms || test -x /usr/sbin/dkms,dkms,dkms)
	@packaging/dkms $(@:dkms-%=%)

# The scripts that are called from here on are written for it.
.PHONY: bash
bash:
	$(call need,test -x /bin/bash,/bin/bash,bash)

# A release: the commit that is checked out, and its checksum.
.PHONY: dist
dist: bash
	@packaging/dist

.PHONY: clean
clean:
	rm -f $(TOOL) userspace/xt-trigger/*.o
	rm -f $(PLUGIN) userspace/.*.cmd* *.ko *.o *.mod *.mod.c .*.cmd .module-common.o Module.symvers modules.order
	rm -f kernel/*.o kernel/.*.cmd kernel/*.gcno kernel/*.gcda
	rm -rf .tmp_versions

# Everything from here on runs in a QEMU guest and needs neither headers nor a
# compiler on this machine; what it needs, it installs (tests/README.md).

SUITE ?= bookworm
# A machine of tests/guest/machines. (The kernel's names for machines are others.)
PLATFORM = $(SUITE)$(patsubst %,-%,$(filter-out amd64,$(ARCH)))

.PHONY: check
check: bash
	@tests/run --suite '$(PLATFORM)' $(if $(CAPTURE),--capture) $(TESTS)

# SHORT=1: all of it on the newest kernel, a part of it on the others (tests/run).
.PHONY: check-matrix
check-matrix: bash
	@tests/run --matrix $(if $(SHORT),--short) $(TESTS)

PLATFORMS ?= all

.PHONY: check-arch
check-arch: bash
	@tests/run --platforms '$(PLATFORMS)' $(TESTS)

.PHONY: check-arch-smoke
check-arch-smoke: bash
	@tests/run --platforms '$(PLATFORMS)' --smoke $(TESTS)

.PHONY: check-unit
check-unit: bash
	@tests/unit/run $(TESTS)
	@tests/page/unit/run $(TESTS)

# The page in a browser, by the Cockpit of each suite that has one: in front of a
# stand-in, and of a router in a guest. SCREENSHOTS=1 makes those of docs/ anew.
.PHONY: check-page
check-page: check-page-states check-page-router

.PHONY: check-page-states
check-page-states: bash
	@tests/page/run --suite bookworm $(if $(SCREENSHOTS),--screenshots) $(TESTS)
	@tests/page/run --suite trixie $(TESTS)

.PHONY: check-page-router
check-page-router: bash
	@tests/page/router/run --suite bookworm $(TESTS)
	@tests/page/router/run --suite trixie $(TESTS)

.PHONY: check-debug
check-debug: bash
	@tests/debug/run $(TESTS)

.PHONY: coverage
coverage: bash
	@tests/debug/coverage $(TESTS)

.PHONY: lint
lint: bash
	@tests/lint $(TESTS)
	@tests/page/lint/run $(TESTS)

# How many inputs of each kind, and which: COUNT=1000000 SEED=1
.PHONY: fuzz
fuzz: bash
	@SUITE='$(SUITE)' tests/fuzz/run "$(COUNT)" "$(SEED)"

.PHONY: check-packages
check-packages: bash
	@tests/packaging/run $(TESTS)

.PHONY: check-piuparts
check-piuparts: bash
	@tests/packaging/piuparts '$(SUITE)'

# The packages are built in a root of their own, and not for this machine alone.
.PHONY: deb
deb: bash
	@packaging/deb '$(PLATFORM)'

SECS ?= 60

.PHONY: stress
stress: bash
	@tests/guest/run --suite '$(SUITE)' --timeout $$(($(SECS) * 3 + 1200)) -- \
		tests/stress/run '$(SECS)'

FAILOVERS ?= 20

.PHONY: check-pair
check-pair: bash
	@SUITE='$(SUITE)' tests/pair/run '$(FAILOVERS)' $(TESTS)

.PHONY: demo
demo: bash
	@tests/demo/run

.PHONY: bench
bench: bash
	@tests/bench/run

.PHONY: help
help:
	@echo 'make                the module xt_TRIGGER.ko, the plugin $(PLUGIN)'
	@echo '                    and the program xt-trigger'
	@echo 'make module         the module alone; KDIR=... picks the kernel build tree'
	@echo '                    (now: $(KDIR))'
	@echo 'make plugin         the iptables plugin alone'
	@echo 'make xt-trigger     the program alone'
	@echo 'make install        puts all of it and the man pages in place, runs depmod; DESTDIR=...'
	@echo 'make uninstall      removes these from the same places, for every kernel'
	@echo 'make install-plugin plugin and its man page alone; DESTDIR=...'
	@echo 'make install-tool   the program, its man page and completion alone; DESTDIR=...'
	@echo 'make install-cockpit  the page for Cockpit alone; DESTDIR=... (needs npm, for PatternFly)'
	@echo 'make uninstall-cockpit  removes it'
	@echo 'make cockpit-pot    takes changed texts of the page into its translations'
	@echo 'make dkms-install   has DKMS build and install the module, now and for every new kernel'
	@echo 'make dkms-remove    takes it out of DKMS again'
	@echo 'make dist           a tarball of the commit that is checked out, and its checksum'
	@echo 'make clean          removes everything built here'
	@echo
	@echo 'In a QEMU guest, with all that it needs installed and downloaded:'
	@echo 'make demo           an IRC server asks a LAN host for its user'\''s name'
	@echo 'make check          every test; TESTS="name ..." runs a part; SUITE=... picks the kernel,'
	@echo '                    ARCH=... the machine; CAPTURE=1 keeps the packets that pass the router'
	@echo 'make check-matrix   every test on every kernel'
	@echo 'make check-arch     every test of the guests on every other machine (tests/guest/machines);'
	@echo '                    PLATFORMS="bookworm-arm64 ..." picks some'
	@echo 'make check-arch-smoke  a chosen part of these (tests/smoke.list)'
	@echo 'make check-unit     the tests that need no guest'
	@echo 'make check-page     the page for Cockpit in a browser, on this machine; check-page-states and'
	@echo '                    check-page-router are its halves, in front of a stand-in and of a guest'
	@echo 'make check-pair     two routers that fail in turn, FAILOVERS=20 times'
	@echo 'make fuzz           rules, commands and packets by chance; COUNT=... SEED=...'
	@echo 'make check-packages DKMS and the Debian packages: build, install, upgrade, remove'
	@echo 'make check-piuparts the packages under piuparts, of Debian itself'
	@echo 'make deb            the Debian packages, into packaging/debs; SUITE=... and ARCH=... build for these'
	@echo 'make check-debug    every test and the stress on debug kernels, and what these find'
	@echo 'make coverage       which lines of module and plugin the tests run'
	@echo 'make bench          what a packet costs, beside what people use instead'
	@echo 'make stress         everything at once on two CPUs; SECS=60'
	@echo 'make lint           shellcheck, sparse, checkpatch, coccicheck, warnings'

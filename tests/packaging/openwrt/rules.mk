# SPDX-License-Identifier: GPL-2.0
# Stand-ins for OpenWrt's rules.mk, include/kernel.mk and include/package.mk: as much of
# them as our package uses, for this machine instead of a router. They are our own, written
# after what OpenWrt's developer guide says of each name. `check` calls make with
# TOPDIR (this directory), LINUX_DIR (a kernel build tree) and BUILD_DIR.

INCLUDE_DIR := $(TOPDIR)/include

INSTALL_DIR := install -d -m 755
INSTALL_BIN := install -m 755
INSTALL_CONF := install -m 600
INSTALL_DATA := install -m 644
CP := cp -fpR

PKG_JOBS := -j$(shell nproc)
TARGET_CONFIGURE_OPTS := CC=gcc
TARGET_CFLAGS := -O2 -Werror
TARGET_CPPFLAGS := -DOPENWRT
TARGET_LDFLAGS := -Wl,-z,now

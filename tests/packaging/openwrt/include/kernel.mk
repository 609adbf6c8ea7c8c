# SPDX-License-Identifier: GPL-2.0
# See ../rules.mk.

PKG_BUILD_DIR ?= $(BUILD_DIR)/linux/$(PKG_NAME)-$(PKG_VERSION)
KERNEL_MAKE = $(MAKE) -C $(LINUX_DIR)

# $(call AutoProbe,MODULE...): the modules that are loaded at boot.
AutoProbe = $(1)

# $(call KernelPackage,NAME): the package kmod-NAME holds the modules FILES.
define KernelPackage
  $(eval $(call Package/Fresh))
  $(eval $(KernelPackage/$(1)))
  $(eval SECTION := kernel)
  $(eval CATEGORY := Kernel modules)
  $(eval $(call Package/Record,kmod-$(1)))
  $(eval $(call Package/Target,kmod-$(1),$(FILES),$(AUTOLOAD)))
endef

# SPDX-License-Identifier: GPL-2.0
# See ../rules.mk.

# A package says nothing that the one before it has said.
define Package/Fresh
  SECTION :=
  CATEGORY :=
  SUBMENU :=
  TITLE :=
  DEPENDS :=
  FILES :=
  AUTOLOAD :=
endef

# `make dump` prints what OpenWrt's menus and its package manager are told.
define Package/Record
  dump:: ; @echo 'package $(1)|$(PKG_NAME) $(PKG_VERSION)-$(PKG_RELEASE)|$(SECTION)|$(strip \
	$(CATEGORY))|$(SUBMENU)|$(TITLE)|$(strip $(DEPENDS))|$(PKG_LICENSE)|$(PKG_BUILD_DEPENDS)'
endef

# $(call Package/Target,PACKAGE,FILES,MODULES): `make install` fills BUILD_DIR/root/PACKAGE.
define Package/Target
  install:: compile
	mkdir -p $(BUILD_DIR)/root/$(1)
	$(if $(2),cp $(2) $(BUILD_DIR)/root/$(1)/)
	$(foreach module,$(3),test -e $(BUILD_DIR)/root/$(1)/$(module).ko;)
	$(if $(filter undefined,$(origin Package/$(1)/install)),,$(call \
		Package/$(1)/install,$(BUILD_DIR)/root/$(1)))
endef

# $(call BuildPackage,NAME)
define BuildPackage
  $(eval $(call Package/Fresh))
  $(eval $(Package/$(1)))
  $(eval $(call Package/Record,$(1)))
  $(eval $(call Package/Target,$(1),,))
endef

compile:
	$(Build/Prepare)
	$(Build/Compile)

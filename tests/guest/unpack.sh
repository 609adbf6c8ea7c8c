# shellcheck shell=bash disable=SC2154 # make-root has set them
# SPDX-License-Identifier: GPL-2.0
# The part of make-root for machines whose programs do not run here: no script of a
# package can run either, so the packages are only unpacked. What the scripts would
# have made is taken from the root of amd64, where they did run: users, /etc, links of
# alternatives, compiled Python.

unpack() {
	local dir package
	mkdir -p "$chroot"/{dev,etc,mnt,proc,run,sys,tmp,usr/{bin,lib,sbin}} \
		"$chroot"/var/{lib/{dpkg,apt/lists/partial},cache/apt/archives/partial}
	for dir in bin lib sbin; do
		ln -s "usr/$dir" "$chroot/$dir"
	done
	: >"$chroot/var/lib/dpkg/status"
	configure
	update
	# shellcheck disable=SC2046 # a list of words
	apt_newest -d install --no-install-recommends '?essential' \
		"linux-headers-$flavour" $(read_list "${lists[@]}")
	for package in "$chroot"/var/cache/apt/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar -C "$chroot" --keep-directory-symlink -xp
		rm "$package"
	done
	made_by_scripts | tar -C "$tools" --no-recursion -T - -c | tar -C "$chroot" -x
}

# All of /etc, and what is in the root of amd64 but in no package. Left out is what is
# amd64's alone, and what records or caches something.
made_by_scripts() {
	local path skip=()
	for path in etc proc tmp lib64 usr/{lib64,lib/modules,lib/x86_64-linux-gnu} \
		var/{cache,log,lib/{apt,dpkg}}; do
		skip+=(-path "./$path" -prune -o)
	done
	cd "$tools" || return
	find etc -path etc/apt -prune -o -print
	find . -xdev "${skip[@]}" -printf '/%P\n' |
		grep -vxFf <(sed -E 's,^/(bin|lib|sbin)/,/usr&,' var/lib/dpkg/info/*.list) | sed 's,^/,,'
}

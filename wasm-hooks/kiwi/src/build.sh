# Set before: sources, recipe, id, kind. Called after: `image PROFILE` for each image.

work=/job/scratch
cd "$work"
mkdir description repositories results results/KIWI results/OTHER

say() { echo "── $*"; }
fail() { echo "$*" >&2; exit 1; }

# The description, as kiwi looks for it.
cp -RPp "$sources/." description
chown -Rh 0:0 description
chmod -R u+rwX description
(
	cd description
	for file in _service:*; do
		[ ! -f "$file" ] || mv "$file" "${file##*:}"
	done
	[ -f "$recipe" ] || fail "there is no $recipe among the sources"
	mv "$recipe" .recipe
	rm -f ./*.kiwi config.xml config.yml config.yaml
	mv .recipe config.xml
	for archive in root.tar*; do
		[ -f "$archive" ] || continue
		mkdir -p root
		tar -C root -xf "$archive"
	done
	for script in *.sh; do
		[ ! -f "$script" ] || chmod a+x "$script"
	done
)

# `dpkg` of a bootstrap is tar, which cannot give /proc and /sys the mode that a package has for them: they are mounted,
# and not by this root. The root is thrown away, so its tar may be another.
if [ -x /usr/bin/dpkg ]; then
	mv /usr/bin/tar /usr/bin/tar.real
	cat > /usr/bin/tar <<'END'
#!/bin/sh
case " $* " in
*" -x "*) exec /usr/bin/tar.real --exclude=./proc --exclude=./sys "$@" ;;
esac
exec /usr/bin/tar.real "$@"
END
	chmod 755 /usr/bin/tar
fi

# One repository for each folder of packages, indexed here: the folder need not be.
distribution=$(sed -n 's/.*<repository[^>]*distribution="\([^"]*\)".*/\1/p' description/config.xml | head -n 1)
distribution=${distribution:-image}

index_debs() {
	command -v apt-ftparchive > /dev/null || fail "apt-ftparchive is not in the tool root (package apt-utils)"
	arch=$(dpkg --print-architecture)
	release="Codename \"$distribution\"; Suite \"$distribution\"; Components \"main\"; Architectures \"$arch\";"
	(
		cd "$1"
		mkdir -p "dists/$distribution/main/binary-$arch"
		apt-ftparchive packages pool > "dists/$distribution/main/binary-$arch/Packages"
		echo "APT::FTPArchive::Release { $release };" > /tmp/release.conf
		apt-ftparchive -c /tmp/release.conf release "dists/$distribution" > /tmp/Release
		mv /tmp/Release "dists/$distribution/Release"
	)
}

index_rpms() {
	command -v createrepo_c > /dev/null || fail "createrepo_c is not in the tool root"
	createrepo_c --quiet "$1"
}

set --
number=0
for folder in /job/packages/* $(find "$sources/repos" -mindepth 2 -maxdepth 2 -type d 2> /dev/null | sort); do
	[ -d "$folder" ] || continue
	repository=$work/repositories/$number
	mkdir "$repository"
	cp -RL --reflink=auto "$folder" "$repository/pool"
	priority=$((number + 1))
	if [ -n "$(find "$repository/pool" -name '*.deb' -print -quit)" ]; then
		say "indexing packages of Debian: $folder"
		index_debs "$repository"
		set -- "$@" --add-repo "dir://$repository,apt-deb,packages-$number,$priority,false,false,,main,$distribution,false"
	elif [ -n "$(find "$repository/pool" -name '*.rpm' -print -quit)" ]; then
		say "indexing RPMs: $folder"
		index_rpms "$repository"
		set -- "$@" --add-repo "dir://$repository,rpm-md,packages-$number,$priority,false,false,,,,false"
	fi
	number=$((number + 1))
done
repositories=$*
[ -n "$repositories" ] || fail "there are no packages for the image: give the build a folder of packages with --repo"

# Built and bundled as `build` names it.
kiwi() {
	[ ! -f description/kiwi.yml ] || set -- --config description/kiwi.yml "$@"
	kiwi-ng --debug "$@" 2>&1
}

image() {
	profile=$1
	say "building the image of $recipe${profile:+, profile $profile}"
	rm -rf "$work/image"
	kiwi ${profile:+--profile "$profile"} ${kind:+--type "$kind"} system build --description "$work/description" \
		--target-dir "$work/image" --ignore-repos-used-for-build $repositories
	say "bundling"
	kiwi-ng result bundle --target-dir "$work/image" --bundle-dir "$work/results/KIWI" \
		--id "${profile:+$profile-}$id" 2>&1
	rm -rf "$work/image"
}

#!/bin/bash
# obs-build in a user namespace with a table of binary formats of its own, set up by hand.
# cross-by-hand.sh ARGUMENTS OF BUILD
set -eu
case "${STAGE-}" in
    "")
        # Whoever is mapped by another process must wait for it, and start a program afterwards, which has all capabilities.
        STAGE=wait unshare --user --mount --pid --net --fork "$0" "$@" &
        child=$!
        own=$(readlink /proc/self/ns/user)
        until [ -e "/proc/$child/ns/user" ] && [ "$(readlink "/proc/$child/ns/user")" != "$own" ]; do sleep 0.005; done
        echo '0 0 4294967295' > "/proc/$child/uid_map"
        echo '0 0 4294967295' > "/proc/$child/gid_map"
        wait "$child"
        ;;
    wait)
        until grep -q 4294967295 /proc/self/gid_map; do sleep 0.005; done
        STAGE=build exec "$0" "$@"
        ;;
    build)
        mount -t proc proc /proc
        mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
        magic='\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
        mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
        printf '%s' ":aarch64:M::$magic:$mask:/usr/bin/qemu-aarch64-static:FPC" > /proc/sys/fs/binfmt_misc/register
        exec env -i PATH="$PATH" HOME=/root BUILD_DIR=/usr/lib/obs-build /usr/lib/obs-build/build "$@"
        ;;
esac

#!/bin/sh
# Records the corpus anew: what the compilers and tools of this machine say of the sources in src/, with the times
# that `build` puts before each line. Needs bubblewrap, gcc, g++, clang, lld, make, cmake, meson and rpmbuild.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=/home/abuild/rpmbuild
if [ "${1:-}" != inside ]; then
    exec bwrap --bind / / --dev-bind /dev /dev --tmpfs /home --tmpfs /tmp --dir $top/BUILD/example-1.0 \
        --ro-bind "$here/src" /src --bind "$here" /out --chdir $top/BUILD/example-1.0 \
        --setenv HOME /home/abuild --setenv LC_ALL C.UTF-8 sh /out/record.sh inside
fi
cp -r /src/. .

# `log NAME COMMANDS`: the outputs of the commands become NAME.log.
log() {
    sh -c "$2" 2>&1 | awk '{ printf "[%5ds] %s\n", 20 + NR / 10, $0 }' | sed 's,/tmp/cc[A-Za-z0-9]*,/tmp/ccXXXXXX,g' > "/out/$1.log"
}
w='-O2 -Wall -Wextra -g'
log gcc "for f in w inc hdr syn asm; do gcc $w -c \$f.c; done; g++ $w -c vtable.cc; gcc -fno-rtti -c twice.c; gcc none.c"
log gcc-fortify "gcc -D_FORTIFY_SOURCE=2 $w -c w.c"
log gcc-werror "LC_ALL=C gcc -Werror $w -c w.c"
log gcc-colour "gcc -fdiagnostics-color=always -fdiagnostics-urls=always $w -c w.c"
log clang "for f in w inc hdr syn; do clang $w -c \$f.c; done; clang++ $w -c vtable.cc; clang -Werror -Wall -c inc.c"
log link "gcc -c link.c twice.c; gcc link.o twice.o; gcc -g link.c twice.c; gcc -g -c twice.c; gcc twice.o -lnothere"
log link-lld "clang -g -fuse-ld=lld link.c twice.c; clang -g -fuse-ld=lld link.c"
log make "make -C tree -k"
log make-jobs "rm tree/*/*.o; make -C tree -k -j4 --output-sync=target"
log make-plain "cd tree; make broken; make none; printf 'x:\n    y\n' > Makefile; make"
log cmake "cmake cmake"
log meson "meson setup b meson"
log configure "printf 'checking for x... no\nconfigure: WARNING: x is not there\nconfigure: error: need x\n'"
rpm="rpmbuild -bb --nodeps --define '_topdir $top' packed.spec"
log rpm "$rpm --define 'spare 1'; $rpm --define '_unpackaged_files_terminate_build 0' --define 'spare 1'"
log rpm-missing "$rpm --define 'missing 1'"
log rpm-section "$rpm --define 'broken 1'"
printf 'int main(void) { *(volatile int *)0 = 1; return 0; }\n' > segv.c
gcc -o segv segv.c
log core "ulimit -c unlimited; sh -c ./segv; bash -c './segv; true'; dmesg | grep 'segv.*segfault' | tail -1"

#!/bin/sh
# Records the corpus anew: what the abipkgdiff of this machine says of small libraries that are compiled here. Needs
# abipkgdiff, gcc and g++. Folders of libraries are compared, as it does with the packages it unpacked.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work" || exit

# `lib FOLDER FILE SONAME [FLAGS]` compiles the source on the standard input.
lib() {
    mkdir -p "$1"
    cat > source.cc
    folder=$1 file=$2 soname=$3
    shift 3
    gcc -shared -fPIC "$@" "-Wl,-soname,$soname" -o "$folder/$file" source.cc
}
# `log NAME ARGUMENTS` records the standard output, and the exit code in the last line.
log() {
    name=$1
    shift
    abipkgdiff --dso-only --no-default-suppression --no-abignore "$@" > "$here/$name.stdout" 2> "$here/$name.stderr"
    echo "$name $?" >> "$here/exit-codes"
    [ -s "$here/$name.stderr" ] || rm "$here/$name.stderr"
}
: > "$here/exit-codes"

base='struct how { const char *name; int loud; };
int count = 1;
int with(const how *h) { return h->loud; }
int twice(int a) { return 2 * a; }'
changed='struct how { const char *name; int times; int loud; long more; };
long count = 1;
int with(const how *h) { return h->loud; }
int twice(int a) { return 2 * a; }
enum mood { good, bad };
int mood_of(mood m) { return m; }'
fewer='struct how { const char *name; int loud; };
int with(const how *h) { return h->loud; }'
classes='namespace n { struct S { virtual ~S(); virtual int v(); int a; }; S::~S() {} int S::v() { return a; }
int use(S &s, const char *) { return s.v(); } template <class T> T id(T x) { return x; } template int id<int>(int); }
enum mood { good, bad }; int mood_of(mood m) { return m; }'
classes2='namespace n { struct S { virtual ~S(); virtual int w(); virtual int v(); int a; long b; }; S::~S() {}
int S::v() { return a; } int S::w() { return 1; } int use(S &s) { return s.v(); } }
enum mood { odd, good, bad }; int mood_of(mood m) { return m; }'
for debug in -g -g0; do
    c="-xc++ -fno-exceptions $debug"
    echo "extern \"C\" { $base }" | lib "base$debug" libx.so.1.0 libx.so.1 $c
    echo "extern \"C\" { $changed }" | lib "changed$debug" libx.so.1.0 libx.so.1 $c
    echo "extern \"C\" { $fewer }" | lib "fewer$debug" libx.so.1.0 libx.so.1 $c
    echo "$classes" | lib "classes$debug" libz.so.3 libz.so.3 $c
    echo "$classes2" | lib "classes2$debug" libz.so.3 libz.so.3 $c
    echo "extern \"C\" { $base }" | lib "soname$debug" libx.so.2.0 libx.so.2 $c
done
cp -r base-g other-machine
printf '\050' | dd of=other-machine/libx.so.1.0 bs=1 seek=18 conv=notrunc 2> /dev/null
mkdir empty both both2
cp base-g/* classes-g0/* both
cp changed-g/* classes2-g0/* both2

log same base-g base-g
log changed base-g changed-g
log fewer base-g fewer-g
log more fewer-g base-g
log classes classes-g classes2-g
log symbols-fewer base-g0 fewer-g0
log symbols-changed base-g0 changed-g0
log symbols-classes classes-g0 classes2-g0
log soname base-g soname-g
log library-removed both base-g
log library-added base-g both
log all-removed base-g empty
log machine base-g other-machine
log no-debug-info --fail-no-dbg both both2
log several both both2
log usage --frob
echo text > text.rpm
log no-package text.rpm text.rpm

struct Base { virtual int value() = 0; virtual ~Base() {} };
namespace n { struct Derived : Base { int value() override; int other() { int x; return x; } }; }
int n::Derived::value() { if (other()) return 1; }
template <class T> T twice(T value) { return value.missing(); }
int use() { return twice(1); }

#include "../src/shared.h"
int lib(void) { return shared(); }

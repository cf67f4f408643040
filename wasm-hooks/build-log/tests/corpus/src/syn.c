#include "w.h"
int f( { return 1; }
int g(void) { return missing; }

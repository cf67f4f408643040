#include "shared.h"
int main(void) { int x; return x + shared(); }

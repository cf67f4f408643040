#include "inc.h"
int main(void) { return in_header(); }

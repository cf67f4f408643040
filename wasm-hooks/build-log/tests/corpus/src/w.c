#include <string.h>
#include <stdio.h>
static int unused(void) { return 1; }
int no_return(int a) { if (a) return 1; }
char *pointer(void) { char *p = undeclared(3); return p; }
int uninit(void) { int x; return x; }
int alias(float *f) { return *(int *)f; }
void effect(int a) { a == 1; a = a++ + 1; }
int bounds(void) { int v[4]; return v[7]; }
void overflow(char *s) { char b[4]; strcpy(b, "much too long"); strcpy(s, b); }
int fmt(void) { printf("%s\n", 3); return 0; }
void conv(int *p) { long *q = p; (void)q; int n = (int)p; (void)n; }

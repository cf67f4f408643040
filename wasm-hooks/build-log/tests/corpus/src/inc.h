static inline int in_header(void) { int y; return y; }
int broken_decl(void) { return nope; }

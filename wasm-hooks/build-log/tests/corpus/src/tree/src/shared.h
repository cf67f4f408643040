static int spare(void) { return 1; }
static inline int shared(void) { return guessed(); }

/* Greets people by name. */
#ifndef GREET_H
#define GREET_H

#ifdef __cplusplus
extern "C" {
#endif

/* The greeting that was chosen when the library was built. */
const char *greet_phrase(void);

/* Writes "PHRASE, NAME!" into `buffer`, cut to `size` bytes. Returns the length of the whole greeting. */
int greet(const char *name, char *buffer, unsigned long size);

#ifdef __cplusplus
}
#endif

#endif

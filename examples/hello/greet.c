#include "greet.h"

#include <stdio.h>

#ifndef GREETING
#define GREETING "Hello"
#endif

const char *greet_phrase(void)
{
	return GREETING;
}

int greet(const char *name, char *buffer, unsigned long size)
{
	return snprintf(buffer, size, "%s, %s!", greet_phrase(), name);
}

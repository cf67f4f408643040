#include "greet.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	char line[256];
	int json = argc > 1 && strcmp(argv[1], "--json") == 0;
	const char *name = argc > 1 + json ? argv[1 + json] : "world";

	greet(name, line, sizeof(line));
	if (json)
		printf("{\"phrase\": \"%s\", \"line\": \"%s\"}\n", greet_phrase(), line);
	else
		puts(line);
	return 0;
}

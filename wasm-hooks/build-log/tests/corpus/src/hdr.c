#include "nothere.h"
int x;

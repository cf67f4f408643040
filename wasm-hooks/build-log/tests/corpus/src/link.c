int missing_function(void); int twice = 1;
int main(void) { return missing_function(); }

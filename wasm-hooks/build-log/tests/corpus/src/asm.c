void f(void)
{
	__asm__("foo bar");
}

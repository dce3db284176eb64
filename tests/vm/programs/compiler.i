extern int puts(const char *text);

int main(void)
{
	return puts("hello") < 0;
}

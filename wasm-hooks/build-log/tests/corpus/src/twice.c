int twice = 2;

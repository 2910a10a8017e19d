/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit tests of binary logging: messages of every kind that vsnprintf() knows.
 *
 * A table to be included where it is wanted, after format_args.h, with three
 * macros that get a format and its arguments and make a statement of them:
 *
 *	MESSAGE()		a usual message
 *	MESSAGE_BOUNDED()	one with strings under a precision, of which blog()
 *				stores what the precision shows and
 *				vbin_printf() all
 *	MESSAGE_KERNEL()	one whose text only the kernel can make, for it
 *				depends on a secret or on the symbol table; or
 *				whose text is no line
 *
 * Apart from MESSAGE_KERNEL() no text has control characters or spaces at its
 * end, so that tools can compare lines.
 */

/* Text alone */
MESSAGE_KERNEL("");
MESSAGE("text");
MESSAGE("text alone, and longer than a word or two");
MESSAGE("100%%");
MESSAGE("%%%%");
MESSAGE("%5%|%-5%|");
MESSAGE_KERNEL("a newline\n");

/* Integers */
MESSAGE("%d", 0);
MESSAGE("%d", -1);
MESSAGE("%d", INT_MAX);
MESSAGE("%d", INT_MIN);
MESSAGE("%i", an_int);
MESSAGE("%u", UINT_MAX);
MESSAGE("%x", 0xdeadbeef);
MESSAGE("%X", 0xdeadbeef);
MESSAGE("%o", 0755);
MESSAGE("%hd", -2);
MESSAGE("%hd", 0x12345);
MESSAGE("%hi", SHRT_MIN);
MESSAGE("%hu", 0xffff);
MESSAGE("%hx", 0xabcdef);
MESSAGE("%hX", 0xabcdef);
MESSAGE("%ho", 0177777);
MESSAGE("%hhd", -3);
MESSAGE("%hhd", 0x180);
MESSAGE("%hhi", 127);
MESSAGE("%hhu", 255);
MESSAGE("%hhx", 0xabc);
MESSAGE("%hho", 0377);
MESSAGE("%ld", -4L);
MESSAGE("%ld", LONG_MIN);
MESSAGE("%li", LONG_MAX);
MESSAGE("%lu", ULONG_MAX);
MESSAGE("%lx", 0xfedcba98UL);
MESSAGE("%lX", 0xfedcba98UL);
MESSAGE("%lo", 0777UL);
MESSAGE("%lld", -5LL);
MESSAGE("%lld", LLONG_MIN);
MESSAGE("%lli", LLONG_MAX);
MESSAGE("%llu", ULLONG_MAX);
MESSAGE("%llx", 0x123456789abcdef0ULL);
MESSAGE("%llX", 0x123456789abcdef0ULL);
MESSAGE("%llo", 0123456712345670ULL);
MESSAGE("%Ld %Lu %Lx", -6LL, ULLONG_MAX, 0xfeedfacecafebeefULL);
MESSAGE("%zd", (ssize_t)-7);
MESSAGE("%zu", (size_t)-1);
MESSAGE("%zx", sizeof(long));
MESSAGE("%zi", (ssize_t)77);
MESSAGE("%td", (ptrdiff_t)-8);
MESSAGE("%tx", (ptrdiff_t)0x7f);
MESSAGE("%tu", (ptrdiff_t)9);

/* Flags, widths, precisions */
MESSAGE("%+d %+d %+d", 1, -1, 0);
MESSAGE("% d|% d", 1, -1);
MESSAGE("%#x %#X %#o %#x", 255, 255, 8, 0);
MESSAGE("%05d|%05d", 42, -42);
MESSAGE("%-5d|%-5d|", 42, -42);
MESSAGE("%-05d|", 42);
MESSAGE("%+05d|%+-5d|", 42, 42);
MESSAGE("% 05d|%- 5d|", 42, 42);
MESSAGE("%#010x", 0xbeef);
MESSAGE("%#-10x|", 0xbeef);
MESSAGE("%10u|%1u|%0u", 123, 456, 789);
MESSAGE("%.5d|%.0d|%.0d", 42, 0, 1);
MESSAGE("%.d|", 0);
MESSAGE("%8.5d|%-8.5d|%08.5d|", -42, -42, -42);
MESSAGE("%+#08.3llx|", 0xabcULL);
MESSAGE("%20llu|%-20llu|", 1234567890123ULL, 1234567890123ULL);
MESSAGE("%020lld", -1234567890123LL);
MESSAGE("%8hd|%-8hhd|", 1, 2);
MESSAGE("%*d|", 6, 42);
MESSAGE("%*d|", -6, 42);
MESSAGE("%*d|", 0, 42);
MESSAGE("%-*d|", 6, 42);
MESSAGE("%-*d|", -6, 42);
MESSAGE("%0*d", 6, 42);
MESSAGE("%.*d", 6, 42);
MESSAGE("%.*d|", -6, 42);
MESSAGE("%*.*d|", 8, 4, 42);
MESSAGE("%*.*d|", -8, 4, 42);
MESSAGE("%-*.*d|%d", 8, -4, 42, 43);
MESSAGE("%*llx|%.*llx", 20, 0xabcdef0123ULL, 14, 0xabcdef0123ULL);
MESSAGE("%*hd|%*hhd|%d", 4, 1, 5, 2, 3);

/* Characters */
MESSAGE("%c", 'x');
MESSAGE("%c%c%c%c%c", 'h', 'e', 'l', 'l', 'o');
MESSAGE("%3c|%-3c|%*c|%*c|", 'a', 'b', 4, 'c', -4, 'd');
MESSAGE("%c %d", 'x', 1);
MESSAGE("%c%c%c %d", 'x', 'y', 'z', 1);
MESSAGE_KERNEL("%c|", 0);
MESSAGE_KERNEL("%c%c", 0x80, 0x1b);

/* Strings */
MESSAGE("%s", text16);
MESSAGE_KERNEL("%s", "");
MESSAGE("%s", "a");
MESSAGE("%s", "abc");
MESSAGE("%s", "abcd");
MESSAGE("%s", text80);
MESSAGE("%s|%s|%s", "", "", "");
MESSAGE("%s%s%s%s", "a", "bc", "def", "ghij");
MESSAGE("%20s|%-20s|", text7, text7);
MESSAGE("%3s|%-3s|", text7, text7);
MESSAGE("%020s|", text7);
MESSAGE("%*s|%*s|", 10, text7, -10, text7);
MESSAGE("%-*s|", 10, text7);
MESSAGE("%hs %ls", text7, text7);
MESSAGE("%s", (char *)NULL);
MESSAGE("%s", (char *)1);
MESSAGE("%s", (char *)ERR_PTR(-ENOENT));
MESSAGE("%s", (char *)ZERO_SIZE_PTR);
MESSAGE("%10s|%-10s|", (char *)NULL, (char *)NULL);
MESSAGE("%s %d %s", (char *)NULL, 1, text7);
MESSAGE("%.s|", text7);
MESSAGE_BOUNDED("%.0s|", text7);
MESSAGE_BOUNDED("%.3s|", text7);
MESSAGE_BOUNDED("%.7s|%.8s|%.9s|", text7, text7, text7);
MESSAGE_BOUNDED("%10.3s|%-10.3s|", text7, text7);
MESSAGE_BOUNDED("%.*s|", 3, text7);
MESSAGE_BOUNDED("%.*s|%d", 0, text7, 5);
MESSAGE_BOUNDED("%.*s|%d", -1, text7, 5);
MESSAGE_BOUNDED("%.*s|%llx", 100, text7, 0x123456789abcULL);
MESSAGE_BOUNDED("%*.*s|%-*.*s|", 9, 2, text7, 9, 2, text7);
MESSAGE_BOUNDED("%*.*s|", -9, 2, text7);
MESSAGE_BOUNDED("%.3s|%.10s|", (char *)NULL, (char *)NULL);
MESSAGE_BOUNDED("%.*s|%.4s|", 2, (char *)NULL, (char *)1);
MESSAGE_BOUNDED("%.16s %.1s %s", text16, text16, text16);

/* Pointers as such */
MESSAGE("%p", NULL);
MESSAGE("%p", ERR_PTR(-ENOENT));
MESSAGE_KERNEL("%p", text7);
MESSAGE_KERNEL("%20p|%-20p|", text7, text7);
MESSAGE_KERNEL("%p %d %p", text7, 1, &an_int);
MESSAGE_KERNEL("%p: %s", text16, text16);
MESSAGE_KERNEL("%p-%p.%p", text16, text7, text80);
MESSAGE("%px", NULL);
MESSAGE("%px", text7);
MESSAGE("%px %d %px", text7, 1, &an_int);
MESSAGE("%20px|%-20px|", text7, text7);
MESSAGE_KERNEL("%pK", text7);
MESSAGE("%pK", NULL);
MESSAGE("%pe", NULL);
MESSAGE("%pe", ERR_PTR(-ENOENT));
MESSAGE("%pe", ERR_PTR(-ENOTSUPP));
MESSAGE("%pe", ERR_PTR(-4000));
MESSAGE("%10pe|%-10pe|", ERR_PTR(-EIO), ERR_PTR(-EIO));
MESSAGE_KERNEL("%pe", text7);
MESSAGE("%pe %d %s", ERR_PTR(-EAGAIN), -EAGAIN, "again");
MESSAGE_KERNEL("%ps", kfree);
MESSAGE_KERNEL("%pS", kfree);
MESSAGE_KERNEL("%pSR %psR", (char *)kfree + 8, (char *)kfree + 8);
MESSAGE_KERNEL("%pSb %psb", kfree, kfree);
MESSAGE_KERNEL("%pSRb", kfree);
MESSAGE_KERNEL("%30ps|%-30ps|", kfree, kfree);

/* Pointers to be followed at once */
MESSAGE("%pB", kfree);
MESSAGE("%pB %pBb %d", (char *)kfree + 4, kfree, 7);
MESSAGE("%pI4", ip4);
MESSAGE("%pi4", ip4);
MESSAGE("%pI4h %pI4n %pI4b %pI4l", ip4, ip4, ip4, ip4);
MESSAGE("%16pI4|%-16pI4|", ip4, ip4);
MESSAGE("%pI6", ip6);
MESSAGE("%pi6", ip6);
MESSAGE("%pI6c", ip6);
MESSAGE("%pIS", &addr4);
MESSAGE("%pISp", &addr4);
MESSAGE("%pISpc %pIS", &addr6, &addr6);
MESSAGE("%pISpfsc", &addr6);
MESSAGE("%piS", &addr4);
MESSAGE("%pM", bytes);
MESSAGE("%pm", bytes);
MESSAGE("%pMR %pMF %pmR", bytes, bytes, bytes);
MESSAGE("%pU", bytes);
MESSAGE("%pUb %pUB", bytes, bytes);
MESSAGE("%pUl %pUL", bytes, bytes);
MESSAGE("%40pUb|%-40pUb|", bytes, bytes);
MESSAGE("%ph", bytes);
MESSAGE("%4ph", bytes);
MESSAGE("%*ph", 16, bytes);
MESSAGE("%*phC", 7, bytes);
MESSAGE("%*phD", 3, bytes);
MESSAGE("%*phN", 5, bytes);
MESSAGE("%d %*phN %lld", 1, 3, bytes, 2LL);
MESSAGE("%*pb", 64, bits);
MESSAGE("%*pbl", 64, bits);
MESSAGE("%*pb %*pbl", 9, bits, 9, bits);
MESSAGE("%16pb|%16pbl", bits, bits);
MESSAGE("%*pE", (int)sizeof(odd_text) - 1, odd_text);
MESSAGE("%*pEhp", 8, bytes);
MESSAGE("%*pEsp", 8, odd_text);
MESSAGE("%*pEo|%*pEn|", 4, bytes, 1, bytes);
MESSAGE("%*pE %d", 0, odd_text, 1);
MESSAGE("%pR", &memory);
MESSAGE("%pr", &memory);
MESSAGE("%pa %pap %pad", &phys, &phys, &dma);
MESSAGE("%ptR", &rtc);
MESSAGE("%ptRd %ptRt %ptRdr %ptRtr", &rtc, &rtc, &rtc, &rtc);
MESSAGE("%ptRs", &rtc);
MESSAGE("%ptT", &time64);
MESSAGE("%ptTd %ptTt %ptTs", &time64, &time64, &time64);
MESSAGE("%p4cc", &fourcc);
MESSAGE("%pNF", &features);
MESSAGE("%pGp", &page_flags);
MESSAGE("%pGg", &gfp_flags);
MESSAGE("%pGv", &vma_flags);
MESSAGE("%pd", &dentries[2]);
MESSAGE("%pd2 %pd3 %pd4", &dentries[2], &dentries[2], &dentries[2]);
MESSAGE("%20pd|%-20pd|", &dentries[2], &dentries[2]);
MESSAGE("%*pd|%*pd|", 12, &dentries[2], -12, &dentries[2]);
MESSAGE("%.4pd|", &dentries[2]);
MESSAGE("%-*pd|%*d", 12, &dentries[2], 3, 6);
MESSAGE("%.*px|%.*p|", 3, text7, 20, NULL);
MESSAGE("%pD %pD2", &file, &file);
MESSAGE("%pV", &no_format);
MESSAGE("%d %pV %d", 1, &no_format, 2);
MESSAGE("%pks", text7);
MESSAGE("%pI4 %pM %pU %pd", NULL, NULL, NULL, NULL);
MESSAGE("%pI4 %s", ERR_PTR(-EFAULT), text7);

/* Mixes that exercise alignment */
MESSAGE("%c%lld", 'x', 1LL);
MESSAGE("%c%hd%lld", 'x', 2, 3LL);
MESSAGE("%hhd %hd %d %lld %s", 1, 2, 3, 4LL, "5");
MESSAGE("%s %lld %d %hd %hhd", "5", 4LL, 3, 2, 1);
MESSAGE("%hhd %lld %hhd %lld %hhd", 1, 2LL, 3, 4LL, 5);
MESSAGE("%hd %hhd %hd %hhd %hd", 1, 2, 3, 4, 5);
MESSAGE("%s%d%s%d%s%d%s%d", "", 1, "a", 2, "bc", 3, "def", 4);
MESSAGE("%s%hd%s%hd%s%hd%s%hd", "", 1, "a", 2, "bc", 3, "def", 4);
MESSAGE("%s%c%s%c%s%c%lld", "", '1', "a", '2', "bc", '3', 4LL);
MESSAGE("%s%lld%s%lld%s%lld%s%lld", "", 1LL, "a", 2LL, "bc", 3LL, "def", 4LL);
MESSAGE("%c%s%c%s%lx", 'a', "b", 'c', "defg", 0x1234UL);
MESSAGE("%pM%d%pI4%lld%c", bytes, 1, ip4, 2LL, 'c');
MESSAGE("%c%pe%c%pe%s", 'a', ERR_PTR(-EIO), 'b', ERR_PTR(-EPERM), "c");
MESSAGE("%hd%pe%hhd%s%zu", 1, ERR_PTR(-EIO), 2, "", (size_t)3);
MESSAGE("%d%%%s%%%c", 50, "of", 'x');
MESSAGE("%c%*d%c%*lld|", 'a', 4, 1, 'b', -4, 2LL);

/* As Ceph has them */
MESSAGE("%llx.%llx", 0x1ULL, 0xfffffffffffffffeULL);
MESSAGE_KERNEL("%p %llx.%llx cap %p %s seq %d", text7, 0x10000000001ULL,
	       0xfffffffffffffffeULL, &an_int, "pAsLsXsFscrl", 17);
MESSAGE("%s: %llu~%u = %d (%pe)", "read", 4194304ULL, 65536U, -5, ERR_PTR(-EIO));
MESSAGE_BOUNDED("dir %pd name '%.*s' len %d", &dentries[1], 4, "filename", 4);
MESSAGE("mds%d %*phN %pISpc state %s epoch %u", 0, 8, bytes, &addr4, "up:active", 77U);
MESSAGE("%pe %llx.%llx mds%d seq %d/%u/%u %s %s size %llu/%llu mtime %lld.%09ld wanted %s %c",
	ERR_PTR(-EIO), 0x10000000002ULL, 0xfffffffffffffffeULL, 2, 1, 2U, 3U, "As", "Fx",
	4096ULL, 8192ULL, 1700000000LL, 5000L, "Fw", 'w');
MESSAGE("%lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld",
	1LL, 2LL, 3LL, 4LL, 5LL, 6LL, 7LL, 8LL, 9LL, 10LL, 11LL, 12LL, 13LL, 14LL,
	15LL, 16LL);
MESSAGE("%s %s %s %s %s %s %s %s %s %s %s %s %s %s %s %s", "a", "bc", "def", "ghij",
	"klmno", "", "p", "qr", "stu", "vwxy", "z", "ab", "cde", "fghi", "jklmn", "o");
MESSAGE("%d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d", 1, 2, 3, 4, 5,
	6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22);

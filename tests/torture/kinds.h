/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of messages; included by whoever has defined the macros, which are
 * gone then:
 *
 *	KIND(number, format, format for the checker's printf(), arguments)
 *
 * The formats are what follows TORTURE_HEAD. Arguments have the number that
 * torture_arg() or torture_length() makes them of:
 *
 *	S8 U8 S16 U16 S32 U32 S64 U64	integers
 *	LONG ULONG			long ones
 *	CHAR				a printable character
 *	WIDTH, PREC			of a '*'
 *	TEXT, SHORT			texts, SHORT never longer than 47
 *	PART				a text that must not be read to its end
 *	PTR				a pointer that nobody follows
 *	SYMBOL, SYMBOL_ONLY		a function, shown with and without offset
 *	IP4, MAC, UUID, HEX		4, 6, 16 and 8 bytes that a pointer extension reads
 *	ERROR, NONE, BAD		-EINVAL, NULL and (char *)-EINVAL
 */
KIND(0, "", "")
KIND(1, " %d %u %x %i %o %X", " %d %u %x %i %o %X",
     S32(0), U32(1), U32(2), S32(3), U32(4), U32(5))
KIND(2, " %lld %llu %#llx %ld %lu %zu %zd", " %lld %llu 0x%llx %ld %lu %zu %zd",
     S64(0), U64(1), U64(2), LONG(3), ULONG(4), ULONG(5), LONG(6))
KIND(3, " %hd %hhd %hu %hhu %hx %hhx %c", " %hd %hhd %hu %hhu %hx %hhx %c",
     S16(0), S8(1), U16(2), U8(3), U16(4), U8(5), CHAR(6))
KIND(4, " %s", " %s", TEXT(0))
KIND(5, " %s|%d|%s", " %s|%d|%s", TEXT(0), S32(1), SHORT(2))
KIND(6, " %.*s|%.7s|%u", " %.*s|%.7s|%u", PREC(0), PART(1), PART7(2), U32(3))
KIND(7, " %-12s|%20.3s|%*s|", " %-12s|%20.3s|%*s|",
     SHORT(0), PART3(1), WIDTH(2), SHORT(3))
KIND(8, " %*d|%-*x|%+d|% d|%07d|%.9u", " %*d|%-*x|%+d|% d|%07d|%.9u",
     WIDTH(0), S32(1), WIDTH(2), U32(3), S32(4), S32(5), S32(6), U32(7))
KIND(9, " %px %p", " %016llx %016llx", PTR(0), PTR(1))
KIND(10, " %pS %ps", " %s %s", SYMBOL, SYMBOL_ONLY)
KIND(11, " %pI4|%pM|%u", " %s|%s|%u", IP4, MAC, U32(1))
KIND(12, " %pUb|%8phN|%hd", " %s|%s|%hd", UUID, HEX, S16(1))
KIND(13, " %pe %d", " %s %d", ERROR, S32(0))
KIND(14, " %u %u %u %u %u %u %u %u %u %u %u %u %u %u %u %u",
     " %u %u %u %u %u %u %u %u %u %u %u %u %u %u %u %u",
     U32(0), U32(1), U32(2), U32(3), U32(4), U32(5), U32(6), U32(7),
     U32(8), U32(9), U32(10), U32(11), U32(12), U32(13), U32(14), U32(15))
KIND(15, " %s %s %d", " %s %s %d", NONE, BAD, S32(0))
KIND(16, " %c%s%hd%c%lld%s%u%hhd%llx", " %c%s%hd%c%lld%s%u%hhd%llx",
     CHAR(0), SHORT(1), S16(2), CHAR(3), S64(4), SHORT(5), U32(6), S8(7), U64(8))
KIND(17, " %c %lld", " %c %lld", CHAR(0), S64(1))
KIND(18, " %s%s%s", " %s%s%s", SHORT(0), SHORT(1), SHORT(2))
KIND(19, " 100%% %llx\n", " 100%% %llx", U64(0))

#undef S8
#undef U8
#undef S16
#undef U16
#undef S32
#undef U32
#undef S64
#undef U64
#undef LONG
#undef ULONG
#undef CHAR
#undef WIDTH
#undef PREC
#undef TEXT
#undef SHORT
#undef PART
#undef PART3
#undef PART7
#undef PTR
#undef SYMBOL
#undef SYMBOL_ONLY
#undef IP4
#undef MAC
#undef UUID
#undef HEX
#undef ERROR
#undef NONE
#undef BAD
#undef KIND

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes an ELF dump as QEMU (from 7.1 on) writes it one that makedumpfile takes: without
section headers, and with the program headers right behind the ELF header."""
import struct
import sys

with open(sys.argv[1], "r+b") as dump:
    head = bytearray(dump.read(64))
    offset, number = struct.unpack_from("<Q", head, 32)[0], struct.unpack_from("<H", head, 56)[0]
    dump.seek(offset)
    segments = dump.read(56 * number)
    struct.pack_into("<QQ", head, 32, 64, 0)
    struct.pack_into("<HHHHHH", head, 52, 64, 56, number, 0, 0, 0)
    dump.seek(0)
    dump.write(head + segments)

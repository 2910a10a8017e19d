#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Damages an ELF dump: damage.py FILE WHAT. VMCOREINFO does not know BLOG (none), its
format is a later one (newer), the list of loggers leads nowhere (list), or from its only
entry to that again (loop)."""
import mmap
import re
import struct
import sys

LAYOUT = struct.pack("<IHBB", 1, 96, 8, 2)

with open(sys.argv[1], "r+b") as file, mmap.mmap(file.fileno(), 0) as dump:
    if sys.argv[2] == "none":
        place = dump.find(b"SYMBOL(blog_layout)")
        dump[place:place + 6] = b"NOTHIN"
        sys.exit()
    place = dump.find(LAYOUT)
    if sys.argv[2] == "newer":
        dump[place] = 2
    elif sys.argv[2] == "loop":
        # Both are in the kernel's image, which lies in one piece.
        head = dump[place + 8:place + 16]
        layout = int(re.search(rb"SYMBOL\(blog_layout\)=([0-9a-f]+)", dump)[1], 16)
        offset = struct.unpack("<Q", head)[0] - layout
        entry = dump.find(head + head)
        dump[entry:entry + 8] = dump[place + offset:place + offset + 8]
    else:
        dump[place + 8:place + 16] = b"\1" * 8

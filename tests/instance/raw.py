#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""raw.py INSTANCE: the numbers that trace_pipe_raw of all CPUs has, a line each.

As perf and libtracefs read: pages of the ring buffer, without waiting.
"""
import glob
import os
import select
import struct
import sys

PAGE = 4096
ARGS = 44       # where the event says where its arguments are


def events(page):
    """Yields the data of each event of a page."""
    pos, end = 16, 16 + (struct.unpack_from("=Q", page, 8)[0] & 0xfffff)
    while pos < end:
        head, = struct.unpack_from("=I", page, pos)
        kind = head & 31
        if kind == 29:
            if not head >> 5:
                return
            pos += 4 + struct.unpack_from("=I", page, pos + 4)[0]
        elif kind >= 30:
            pos += 8
        elif kind:
            yield page[pos + 4:pos + 4 + 4 * kind]
            pos += 4 + 4 * kind
        else:
            size, = struct.unpack_from("=I", page, pos + 4)
            yield page[pos + 8:pos + 4 + size]
            pos += 4 + size


fds = [os.open(path, os.O_RDONLY | os.O_NONBLOCK)
       for path in sorted(glob.glob(sys.argv[1] + "/per_cpu/cpu*/trace_pipe_raw"))]
quiet = 0
while quiet < 5:
    quiet += 1
    for fd in fds:
        try:
            while True:
                page = os.read(fd, PAGE)
                quiet = 0
                for data in events(page):
                    loc, = struct.unpack_from("=I", data, ARGS)
                    if loc >> 16 >= 8:
                        print(*struct.unpack_from("=I", data, loc & 0xffff))
        except BlockingIOError:
            pass
    select.select([], [], [], 0.1)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""history.py FILE SITES: the messages of module blog_sample in a copy of its history.

A line each, in the order of time, as the file trace of the instance has it. SITES is the
logger's file. Fails if the copy is not as include/uapi/linux/blog.h says.
"""
import re
import struct
import sys

HEAD = struct.Struct("=4sIIIHHIQQQ")
CTX = struct.Struct("=IIHHI")
RECORD = struct.Struct("=IHH")
OWNER = struct.Struct("=i16siII")
TIME, CPU, CLIENT, OWNER_IS, LOST = range(0xfff0, 0xfff5)


def check(good, what):
    if not good:
        sys.exit(f"{sys.argv[1]}: {what}")


def contexts(data):
    """Yields the records of each context, and how many are cleared."""
    magic, version, head_size, ctx_size, long_size, short_size, listed, now, boot, real = \
        HEAD.unpack_from(data)
    check((magic, version) == (b"BLOG", 1), "no history")
    check((head_size, ctx_size) == (HEAD.size, CTX.size), "sizes")
    check(long_size == 8 and short_size in (2, 4), "sizes of numbers")
    check(now and boot and real > boot, "clocks")
    pos = head_size
    while pos < len(data):
        size, cleared, state, kind, reserved = CTX.unpack_from(data, pos)
        check(size and state < 4 and kind < 3 and not reserved, f"context at {pos}")
        pos += ctx_size
        end = pos + size
        padded = end + -size % 8
        check(padded <= len(data) and not any(data[end:padded]), f"context before {end}")
        yield data[pos:end], cleared
        pos = padded
        listed -= 1
    check(listed >= 0, "more contexts than listed")


def messages(records, cleared):
    """Yields (time, cpu, pid, comm, site, arguments)."""
    pos = 0
    while pos < len(records):
        delta, site, size = RECORD.unpack_from(records, pos)
        payload = records[pos + RECORD.size:pos + RECORD.size + size]
        pos += RECORD.size + size
        check(pos <= len(records), "half a record")
        if site == TIME:
            time, = struct.unpack("=Q", payload)
        elif site == CPU:
            cpu, = struct.unpack("=I", payload)
        elif site == OWNER_IS:
            pid, comm, *_ = OWNER.unpack(payload)
            comm = comm.split(b"\0")[0].decode()
        elif site not in (CLIENT, LOST):
            time += delta
            if cleared:
                cleared -= 1
            else:
                yield time, cpu, pid, comm, site, payload


def text(function, args):
    """The message of one of the statements of samples/blog/blog_sample.c."""
    if function == "say_set":
        return args[4:].split(b"\0")[0].decode()
    if function == "count_set":
        comm = args[4:].split(b"\0")[0]
        pid = -(-(4 + len(comm) + 1) // 4) * 4
        return "seq %u of %s-%d" % (*struct.unpack_from("=I", args), comm.decode(),
                                    *struct.unpack_from("=i", args, pid))
    return {"log_in_hardirq": "in a hard interrupt",
            "log_in_softirq": "in a soft interrupt"}[function]


with open(sys.argv[2], encoding="ascii") as f:
    functions = dict(re.findall(r"^(\d+) . \S+ (\S+)", f.read(), re.M))
with open(sys.argv[1], "rb") as f:
    found = sorted((m for c in contexts(f.read()) for m in messages(*c)),
                   key=lambda m: m[0])
for time, cpu, pid, comm, site, args in found:
    function = functions[str(site)]
    microseconds = (time + 500) // 1000     # rounded as there
    print("%16s-%-7d [%03d] ..... %5d.%06d: blog_sample: %s: %s" %
          (comm, pid, cpu, *divmod(microseconds, 1000000), function, text(function, args)))

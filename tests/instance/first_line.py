#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""first_line.py FILE PATTERN SECONDS: the milliseconds until a line of FILE has PATTERN.

What is read is shown on stderr. Fails if there is no such line in time.
"""
import os
import re
import select
import sys
import time

path, pattern, limit = sys.argv[1], re.compile(sys.argv[2].encode()), float(sys.argv[3])
start = time.monotonic()
fd = os.open(path, os.O_RDONLY)
text = b""
while not pattern.search(text):
    left = start + limit - time.monotonic()
    if left <= 0 or (path.endswith("pipe") and not select.select([fd], [], [], left)[0]):
        sys.exit(f"{path}: nothing for {limit} s but {text[-300:]!r}")
    data = os.read(fd, 65536)
    if not data:
        sys.exit(f"{path}: it ends after {time.monotonic() - start:.3f} s with {text[-300:]!r}")
    text += data
print(int(1000 * (time.monotonic() - start)))
sys.stderr.buffer.write(text)

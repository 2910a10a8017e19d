#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""memory.py COMMAND...: prints the kB of memory that it took at most."""
import resource
import subprocess
import sys

subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)

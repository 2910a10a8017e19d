#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Keep inputs of a fuzzer in one text file.

    corpus.py unpack FILE... DIR    write each input to a file in DIR
    corpus.py pack DIR FILE         write the inputs in DIR to FILE

A line is an input, with what does not print, backslashes, a leading '#' and a
blank at the end written as \\xNN. Other lines that start with '#' are comments.
"""
import hashlib
import pathlib
import re
import sys

HEADER = "# SPDX-License-Identifier: GPL-2.0\n# Inputs of a fuzzer, see corpus.py.\n"


def escape(data):
    text = re.sub(r"[^ -\[\]-~]", hexadecimal, data.decode("latin1"))
    return re.sub(r"^#| $", hexadecimal, text)


def hexadecimal(match):
    return f"\\x{ord(match[0]):02x}"


def unescape(line):
    if re.sub(r"\\x[0-9a-f]{2}|[ -\[\]-~]", "", line):
        raise ValueError(f"not an input: {line}")
    return re.sub(r"\\x(..)", lambda match: chr(int(match[1], 16)), line).encode("latin1")


def unpack(files, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for file in files:
        for line in file.read_text().splitlines():
            if not line.startswith("#"):
                data = unescape(line)
                (directory / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(directory, file):
    inputs = {path.read_bytes() for path in directory.iterdir()}
    inputs = sorted(inputs, key=lambda data: (len(data), data))
    file.write_text(HEADER + "".join(escape(data) + "\n" for data in inputs))


def main(args):
    paths = [pathlib.Path(arg) for arg in args[1:]]
    if args[:1] == ["unpack"] and len(paths) >= 2:
        unpack(paths[:-1], paths[-1])
    elif args[:1] == ["pack"] and len(paths) == 2:
        pack(*paths)
    else:
        sys.exit(__doc__)


main(sys.argv[1:])

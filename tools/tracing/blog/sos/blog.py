# SPDX-License-Identifier: LGPL-2.1
"""
What the CephFS client, or another user of BLOG, did: for sos report.

Works with sos 4.0 (Debian 12) to 4.9 (Debian 13).
"""

import os
import subprocess
import tempfile

from sos.report.plugins import (
    DebianPlugin,
    IndependentPlugin,
    Plugin,
    RedHatPlugin,
    UbuntuPlugin,
)

INSTANCE = "/sys/kernel/tracing/instances/blog"
CEPH = "/sys/kernel/debug/ceph"

# How far back the history is collected.
SINCE = "10m"

# Who reads a file of a client that hangs may wait as long as that does.
SECONDS = 5
MAX_TIMEOUTS = 3

# In MiB, where sos has no limit: what is read is kept in memory.
LOG_SIZE = 25


def read_bounded(path, limit):
    """The last bytes of a file, or None if they do not come in time."""
    with tempfile.TemporaryFile() as out:
        # One more tells whether there are more.
        reader = subprocess.Popen(
            ["tail", "-c", str(limit + 1), path],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            reader.wait(SECONDS)
        except subprocess.TimeoutExpired:
            # If that does not help, it is left alone.
            reader.kill()
            return None
        out.seek(0)
        text = out.read()
    if len(text) <= limit:
        return text.decode(errors="replace")
    return "(cut: only the last %d bytes)\n%s" % (
        limit,
        text[len(text) - limit :].decode(errors="replace"),
    )


def small_first(path):
    """A client's caps have a line for each inode."""
    return os.path.basename(path) == "caps", path


# sos 4.0 knows IndependentPlugin, but on Debian does not load it.
class Blog(Plugin, DebianPlugin, UbuntuPlugin, RedHatPlugin, IndependentPlugin):
    """Always-on binary logging"""

    short_desc = "Always-on binary logging (BLOG), and CephFS clients"
    plugin_name = "blog"
    profiles = ("storage", "kernel")
    files = (INSTANCE, CEPH)
    packages = ("blog-tools",)

    def setup(self):
        """Commands first: they take nothing, and wait for nothing."""
        self.add_cmd_output("blog status", suggest_filename="status")
        self.add_cmd_output("blog status --json", suggest_filename="status.json")
        self.add_cmd_output("blog hung", suggest_filename="hung")
        self.add_cmd_output(
            "blog show --since %s" % SINCE,
            suggest_filename="show",
            sizelimit=self.get_option("log_size"),
        )
        self.collect_ceph()

    def collect_ceph(self):
        """The files of all clients, in sos_strings/blog/ceph; log_size for all."""
        room = (self.get_option("log_size") or LOG_SIZE) * 1024 * 1024
        timeouts = 0
        paths = [
            os.path.join(path, name)
            for path, _, names in os.walk(CEPH)
            for name in names
        ]
        for path in sorted(paths, key=small_first):
            if timeouts == MAX_TIMEOUTS:
                return
            text = read_bounded(path, room)
            if text is None:
                timeouts += 1
                text = "did not answer within %d s\n" % SECONDS
            room = max(room - len(text), 0)
            self.add_string_as_file(
                text, os.path.relpath(path, os.path.dirname(CEPH))
            )

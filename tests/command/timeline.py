#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Checks what blog export has written.

timeline.py rules FILE              it is in the trace-event format
timeline.py notices FILE            those checks notice what is wrong
timeline.py messages FILE SHOWN     it has the messages of blog show --json
timeline.py requests FILE SHOWN     and the requests that those tell of
timeline.py slices FILE REPORT      and who ran and waited, as trace-cmd report -N -R -t
                                    tells, which writes the fields of sched_switch
"""
import collections
import copy
import json
import re
import sys
from decimal import Decimal

STATES = {0: "waiting for a CPU (R)", 1: "sleeping (S)", 2: "uninterruptible sleep (D)",
          4: "stopped (T)", 8: "traced (t)", 0x40: "parked (P)", 0x80: "idle (I)"}
DEAD = 0x30


class Wrong(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Wrong(" ".join(str(part)[:300] for part in what))


def read(path):
    with open(path, encoding="utf-8", errors="strict") as f:
        return json.load(f, parse_float=Decimal)


def ns(microseconds):
    value = Decimal(microseconds) * 1000
    need(value == int(value), "not a whole number of ns:", microseconds)
    return int(value)


# ---------------------------- the format ----------------------------

def check_event(event):
    """What all events must have, and what those of its phase must."""
    for key, kind in (("ph", str), ("name", str), ("pid", int), ("tid", int)):
        need(type(event.get(key)) is kind, "no", key, "in", event)
    need(isinstance(event.get("ts"), (int, Decimal)) and event["ts"] >= 0, "no ts in", event)
    need(isinstance(event.get("args", {}), dict), "no args in", event)
    phase = event["ph"]
    need(phase in "MiXbe", "unknown phase in", event)
    if phase == "M":
        key = {"process_name": "name", "thread_name": "name", "process_sort_index": "sort_index",
               "thread_sort_index": "sort_index"}.get(event["name"])
        need(key and key in event["args"], "bad metadata", event)
        need(key != "name" or event["args"]["name"], "empty name in", event)
    else:
        need(isinstance(event.get("cat"), str) and event["cat"], "no cat in", event)
    if phase == "i":
        need(event.get("s") in ("g", "p", "t"), "no scope in", event)
    if phase == "X":
        need(isinstance(event.get("dur"), (int, Decimal)) and event["dur"] >= 0, "no dur in", event)
    if phase in "be":
        need(isinstance(event.get("id"), str) and event["id"], "no id in", event)


def check_slices(events):
    """Those of a track lie behind one another."""
    tracks = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            tracks[event["pid"], event["tid"]].append(
                (ns(event["ts"]), ns(event["ts"]) + ns(event["dur"])))
    for track, slices in tracks.items():
        slices.sort()
        for first, second in zip(slices, slices[1:]):
            need(first[1] <= second[0], "slices overlap on", track, first, second)


def check_spans(events):
    """Each that begins ends once, later, under the same name."""
    begun = {}
    for event in events:
        key = event.get("cat"), event.get("id")
        if event["ph"] == "b":
            need(key not in begun, "begins twice:", event)
            begun[key] = event
        elif event["ph"] == "e":
            need(begun.get(key), "ends without beginning:", event)
            first, begun[key] = begun[key], None
            need(all(first[k] == event[k] for k in ("name", "pid", "tid")), first, "is not", event)
            need(first["ts"] <= event["ts"], "ends before it begins:", event)
    need(not any(begun.values()), "without end:", [e for e in begun.values() if e])


def check_names(events):
    processes = {e["pid"] for e in events if e["ph"] == "M" and e["name"] == "process_name"}
    threads = {(e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    for event in events:
        need(event["pid"] in processes, "process without name:", event)
        need((event["pid"], event["tid"]) in threads, "thread without name:", event)
    used = {(e["pid"], e["tid"]) for e in events if e["ph"] != "M"}
    need(threads == used, "names of tracks that are empty:", threads - used)


def check_rules(timeline):
    need(timeline.get("displayTimeUnit") in ("ns", "ms"), "no displayTimeUnit")
    events = timeline.get("traceEvents")
    need(isinstance(events, list), "no traceEvents")
    for event in events:
        check_event(event)
    check_slices(events)
    check_spans(events)
    check_names(events)


def notices(timeline):
    """What is changed, and must be noticed; where there is such an event."""
    if not timeline["traceEvents"]:
        return

    def change(phase, key, value):
        for event in broken["traceEvents"]:
            if event["ph"] == phase:
                event[key] = value
                return

    def drop(phase):
        for event in broken["traceEvents"]:
            if event["ph"] == phase:
                broken["traceEvents"].remove(event)
                return

    phases = {event["ph"] for event in timeline["traceEvents"]}
    changes = [lambda: drop("M"), lambda: change("i", "s", "x"), lambda: change("i", "ts", "0"),
               lambda: change("i", "tid", 99999999), lambda: change("M", "args", {})]
    if "X" in phases:
        changes += [lambda: change("X", "dur", Decimal(10 ** 12)), lambda: change("X", "dur", -1)]
    if "b" in phases:
        changes += [lambda: drop("b"), lambda: drop("e"), lambda: change("e", "ts", 0),
                    lambda: change("b", "name", "another")]
    for number, make in enumerate(changes):
        broken = copy.deepcopy(timeline)
        make()
        try:
            check_rules(broken)
        except Wrong:
            continue
        raise Wrong(f"change {number} was not noticed")


# ---------------------------- what it says ----------------------------

def read_shown(path):
    with open(path, encoding="utf-8", errors="strict") as f:
        return [json.loads(line) for line in f]


def escape(comm):
    return "".join("".join(f"\\{byte:03o}" for byte in c.encode()) if ord(c) < 32 or 127 <= ord(c) < 160
                   else c for c in comm)


def check_messages(timeline, shown):
    """All of them, each once, with who said it; on its task's track, or a CPU's."""
    names = {e["tid"]: e["args"]["name"] for e in timeline["traceEvents"]
             if e["ph"] == "M" and e["name"] == "thread_name"}
    got = collections.Counter()
    for event in timeline["traceEvents"]:
        if event["ph"] != "i":
            continue
        args = event["args"]
        got[ns(event["ts"]), event["cat"], args.get("client", 0), args["pid"], args["comm"],
            args["cpu"], event["name"], event["name"] + ": " + args["text"]] += 1
        name = names[event["tid"]]
        need(name == f"CPU {args['cpu']}" or
             (event["tid"] == args["pid"] and args["comm"] in name.split(", ")),
             "on the track of", name, event)
    wanted = collections.Counter(
        (m["time"], m["logger"], m["client"], m["pid"], escape(m["comm"]), m["cpu"], m["function"],
         m["text"]) for m in shown)
    need(wanted == got, "missing:", list((wanted - got).items())[:3],
         "too many:", list((got - wanted).items())[:3])
    print(f"{sum(got.values())} messages")


def check_requests(timeline, shown):
    """One for each that was submitted; those of MDS end with the first reply or earlier."""
    submitted, ended = {}, {}
    for message in shown:
        text, time = message["text"], message["time"]
        if match := re.fullmatch(r"__register_request: \w+ tid (\d+)", text):
            submitted["mds", message["client"], int(match[1])] = message
        elif match := (re.fullmatch(r"__unregister_request: \w+ tid (\d+)", text) or
                       re.match(r"handle_reply: tid (\d+) result ", text)):
            ended.setdefault(("mds", message["client"], int(match[1])), time)
        elif match := re.match(r"link_request: .* osd\d+ req (\w+) tid (\d+)$", text):
            submitted.setdefault(("osd", message["pid"], int(match[2])), message)
            ended["osd", message["pid"], int(match[2])] = next(
                (m["time"] for m in shown if m["time"] >= time and
                 re.match(rf"handle_reply: .*req {match[1]} tid {match[2]} result ", m["text"])), None)
    last = {event["id"]: ns(event["ts"]) for event in timeline["traceEvents"] if event["ph"] == "e"}
    seen = 0
    for event in timeline["traceEvents"]:
        if event["ph"] != "b":
            continue
        args, osd = event["args"], ", osd" in event["name"]
        key = ("osd", event["tid"], args["tid"]) if osd else ("mds", args["client"], args["tid"])
        message, end = submitted.pop(key, None), ended.get(key)
        need(message, "nobody submitted", event)
        need(ns(event["ts"]) == message["time"] and event["tid"] == message["pid"],
             event, "is not", message)
        need(args["finished"] == (end is not None), "finished?", event, end)
        need(("no reply" in event["name"]) == (end is None), "its name:", event)
        need(end is None or last[event["id"]] == end, "ended at", end, "not as", event)
        seen += 1
    need(not submitted, "missing:", list(submitted)[:3])
    need(seen, "no requests")
    print(f"{seen} requests")


def read_switches(path):
    pattern = re.compile(r"\[(\d+)\] +(\d+)\.(\d{9}): sched_switch: .*prev_pid=(\d+) .*"
                         r"prev_state=(\d+) .*next_pid=(\d+) ")
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            if match := pattern.search(line):
                cpu, seconds, fraction, prev, state, following = map(int, match.groups())
                yield cpu, seconds * 10 ** 9 + fraction, prev, state, following


def check_slices_of(timeline, switches):
    """What lies between two switches must be there; what lies before the first may be."""
    running, waiting, since, gone = set(), set(), {}, {}
    for cpu, time, prev, state, following in switches:
        if cpu in since and prev:
            running.add((cpu, prev, since[cpu], time))
        since[cpu] = time
        if prev:
            gone[prev] = None if state & DEAD else (time, STATES[state & 0xcf])
        if following and gone.get(following):
            waiting.add((following, *gone[following], time))
    need(len(running) > 100 and len(waiting) > 100, "too few to tell:", len(running), len(waiting))
    cpus = {e["tid"]: int(e["args"]["name"][4:]) for e in timeline["traceEvents"]
            if e["ph"] == "M" and e["name"] == "thread_name" and e["args"]["name"].startswith("CPU ")}
    on_cpus, on_tasks, waits = set(), set(), set()
    for event in timeline["traceEvents"]:
        if event["ph"] != "X":
            continue
        start, end = ns(event["ts"]), ns(event["ts"]) + ns(event["dur"])
        if event["tid"] in cpus:
            on_cpus.add((cpus[event["tid"]], event["args"]["pid"], start, end))
        elif event["name"] == "running":
            on_tasks.add((event["args"]["cpu"], event["tid"], start, end))
        else:
            waits.add((event["tid"], start, event["name"], end))
    need(on_cpus == on_tasks, "of CPUs and tasks differ:", list(on_cpus ^ on_tasks)[:3])
    need(running <= on_cpus, "missing:", list(running - on_cpus)[:3])
    need(len(on_cpus - running) <= 2 * len(cpus), "too many:", list(on_cpus - running)[:5])
    need(waiting <= waits, "missing:", list(waiting - waits)[:3])
    first, last = min(s[2] for s in on_cpus), max(s[3] for s in waits | on_cpus)
    for tid, start, name, end in waits - waiting:
        need(end == last or (start == first and name == "not running"),
             "nobody waited so:", tid, start, name, end)
    print(f"{len(running)} times somebody ran, {len(waiting)} times waited")


def main():
    what, path = sys.argv[1:3]
    timeline = read(path)
    try:
        if what == "rules":
            check_rules(timeline)
        elif what == "notices":
            notices(timeline)
        elif what == "messages":
            check_messages(timeline, read_shown(sys.argv[3]))
        elif what == "requests":
            check_requests(timeline, read_shown(sys.argv[3]))
        elif what == "slices":
            check_slices_of(timeline, list(read_switches(sys.argv[3])))
        else:
            sys.exit(__doc__)
    except Wrong as wrong:
        sys.exit(f"{path}: {wrong}")


main()

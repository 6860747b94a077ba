#!/usr/bin/env python3
"""Writes the detector's event and field tables from tests/Data/falco (facts recorded from Falco).

Usage: eng/event-tables.py
Writes src/Detector/Events/Tables/*.tsv, src/Detector/Events/EventType.cs and src/Detector/Fields/fields.tsv.
"""
import gzip
import os

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
facts = os.path.join(root, "tests", "Data", "falco")
tables = os.path.join(root, "src", "Detector", "Events", "Tables")


def rows(name):
    path = os.path.join(facts, name)
    with open(path, encoding="utf-8") if os.path.exists(path) else gzip.open(path + ".gz", "rt", encoding="utf-8") as file:
        next(file)
        return [line.rstrip("\n").split("\t") for line in file if line.strip()]


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def short(text, *prefixes):
    for prefix in prefixes:
        text = text.replace(prefix, "")
    return text


def enum_name(name):
    parts = name.removeprefix("PPME_").removeprefix("SYSCALL_").removeprefix("SOCKET_").split("_")
    suffix = {"E": "Enter", "X": "Exit"}[parts.pop()]
    words = ["V" + p if p.isdigit() else p.capitalize() for p in parts]
    return "".join(words) + suffix


events, members = [], []
for number, enum, direction, name, category, flags, count, params, *_ in (r + [""] * 8 for r in rows("events.tsv")):
    compact = [short(p, "PT_", "PF_") for p in params.split(" ") if p]
    events.append("\t".join([number, direction, name, short(category, "EC_"), short(flags, "EF_"), " ".join(compact)]))
    if "EF_OLD_VERSION" not in flags and "EF_UNUSED" not in flags:
        members.append((enum_name(enum), number))
write(os.path.join(tables, "events.tsv"), events)
write(os.path.join(tables, "flags.tsv"), ["\t".join(r[:3]) for r in rows("flags.tsv")])
write(os.path.join(tables, "syscalls.tsv"), ["\t".join(r[:2]) for r in rows("ppm-sc.tsv")])

write(os.path.join(root, "src", "Detector", "Events", "EventType.cs"), [
    "// Written by eng/event-tables.py from the driver's event table.",
    "namespace Saker.Detector.Events;",
    "",
    "/// <summary>Numbers of the event types that are in use; frozen, for they travel on the wire.</summary>",
    "internal enum EventType : ushort",
    "{",
    *[f"    {name} = {number}," for name, number in members],
    "}",
])

# Known to rules, left out of the recorded list because it is deprecated.
lines = ["evt.dir\tCHARBUF\t\t"]
lines += ["\t".join(row) for row in rows("fields.tsv")]
write(os.path.join(root, "src", "Detector", "Fields", "fields.tsv"), lines)

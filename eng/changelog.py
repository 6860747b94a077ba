#!/usr/bin/env python3
"""Puts CHANGELOG.md together from the files in changes/ (their form: changes/README.md).

  eng/changelog.py             shows what the next release would say
  eng/changelog.py VERSION     writes it into CHANGELOG.md under VERSION with today's date, and removes the files
  eng/changelog.py --check     only looks at the form; the exit code is 1 when a file is wrong
"""
import datetime
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHANGES, CHANGELOG = ROOT / "changes", ROOT / "CHANGELOG.md"
KINDS = {"security": "Security", "change": "Changed", "feature": "New", "fix": "Fixed"}
NAME = re.compile(r"(\d+)-[a-z0-9]+(?:-[a-z0-9]+)*\.(" + "|".join(KINDS) + r")\.md")


def fragments():
    return sorted((path for path in CHANGES.iterdir() if path.name != "README.md"), key=lambda path: path.name)


def mistakes():
    for path in fragments():
        text = path.read_text(encoding="utf-8")
        if not NAME.fullmatch(path.name):
            yield f"changes/{path.name}: the name is not ISSUE-topic.KIND.md, with one of the kinds {', '.join(KINDS)}."
        paragraph = text.strip()
        if not paragraph or "\n\n" in paragraph or re.search(r"^(#|[-*] )", paragraph, re.MULTILINE):
            yield f"changes/{path.name}: the text must be one paragraph, without a heading or a list."
        elif paragraph[-1] not in ".)":
            yield f"changes/{path.name}: the text does not end as a sentence does."
        if len(paragraph) > 800:
            yield f"changes/{path.name}: {len(paragraph)} characters; one or two sentences are enough, 800 the most."


def sections():
    """The sentences by kind, as Markdown."""
    lines = []
    for kind, title in KINDS.items():
        texts = [" ".join(path.read_text(encoding="utf-8").split()) for path in fragments() if path.name.endswith(f".{kind}.md")]
        if texts:
            lines += [f"### {title}", "", *(f"- {text}" for text in texts), ""]
    return "\n".join(lines)


def release(version):
    text = CHANGELOG.read_text(encoding="utf-8")
    heading = f"## {version} ({datetime.date.today().isoformat()})"
    prepared = f"## {version} (unreleased)"
    if re.search(rf"^## {re.escape(version)} \(\d", text, re.MULTILINE):
        sys.exit(f"changelog.py: CHANGELOG.md has {version} already.")
    if prepared not in text:
        first = text.find("\n## ")
        first = len(text) if first < 0 else first + 1
        text = text[:first] + prepared + "\n\n" + text[first:]
    begin = text.index(prepared)
    end = text.find("\n## ", begin)
    end = len(text) if end < 0 else end + 1
    body = text[begin + len(prepared):end].strip()
    parts = [text[:begin] + heading, body, sections().strip(), text[end:].strip()]
    CHANGELOG.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
    for path in fragments():
        path.unlink()


def main(arguments):
    if len(arguments) > 1 or arguments and not re.fullmatch(r"--check|\d+\.\d+\.\d+", arguments[0]):
        sys.exit(__doc__.strip())
    wrong = list(mistakes())
    if wrong:
        sys.exit("\n".join(wrong))
    if not arguments:
        print(sections(), end="")
    elif arguments[0] != "--check":
        release(arguments[0])


main(sys.argv[1:])

"""Holds include/opensspi against mingw-w64's headers.

One list, read out of our headers, of constants, texts, sizes, offsets and prototypes is compiled
against mingw's headers for Windows and against ours for this machine. The numbers are read out of
the object files; nothing is run. Once with and once without UNICODE.

What mingw lacks must stand in not_in_mingw.txt, and what differs in differences.txt with a reason;
rows that are not true any more fail too. `judge.py --write` writes not_in_mingw.txt anew.
"""
import concurrent.futures
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import inventory

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
TEXT_SIZE = 128  # characters

OURS = {"cc": ["gcc", "-I", str(inventory.FOLDER)], "objcopy": "objcopy",
        "start": "", "headers": inventory.HEADERS}
# ntstatus.h and winnt.h share macros; the macro says who defines them.
MINGW = {"cc": ["x86_64-w64-mingw32-gcc", "-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A00000B",
                "-D_SEC_WINNT_AUTH_TYPES"],
         "objcopy": "x86_64-w64-mingw32-objcopy",
         "start": "#define WIN32_LEAN_AND_MEAN\n#define WIN32_NO_STATUS\n#include <windows.h>\n"
                  "#undef WIN32_NO_STATUS\n",
         "headers": [h for h in inventory.HEADERS if h != "minschannel.h"]}

MISSING = re.compile(r"undeclared|unknown type name|has no member named|undefined type|"
                     r"incomplete type|expected expression before|"
                     r"expected specifier-qualifier-list before")


class Item:
    """One name: the expressions that tell about it, or the declaration that must agree."""

    def __init__(self, kind, name, numbers=(), text=None, wide=False, declaration=None):
        self.kind, self.name, self.numbers = kind, name, list(numbers)
        self.text, self.wide, self.declaration = text, wide, declaration

    def __str__(self):
        return f"{self.kind} {self.name}"

    def probe(self, i):
        """One line that compiles where the name is known."""
        if self.text:
            return f"static const {self.character()} probe{i}[{TEXT_SIZE}] = {self.text};"
        values = ", ".join(expression for _, expression in self.numbers)
        return f"static const unsigned long long probe{i}[] = {{{values}}};"

    def words(self):
        """What must occur in the headers if they have the name."""
        return self.name.split(".") if self.kind == "field" else [self.name]

    def character(self):
        return "WCHAR" if self.wide else "char"


def sign_of(expression):
    return f"(({expression})-1 < ({expression})1)"


def list_items(found):
    for name in found.constants:
        yield Item("constant", name, [(name, f"(unsigned long long)({name})"),
                                      (f"sizeof({name})", f"sizeof({name})"),
                                      (f"is_signed({name})", sign_of(f"__typeof__({name})"))])
    for name, wide in found.texts.items():
        yield Item("text", name, text=name, wide=wide)
    for name in found.aliases:
        yield Item("alias", name, text=f"EXPANSION({name})")
    for name, is_integer in found.types.items():
        numbers = [(f"sizeof({name})", f"sizeof({name})"),
                   (f"alignof({name})", f"__alignof__({name})")]
        numbers += [(f"is_signed({name})", sign_of(name))] if is_integer else []
        yield Item("type", name, numbers, declaration=found.function_types.get(name))
    for (owner, field), is_integer in found.fields.items():
        value = f"(({owner} *)0)->{field}"
        numbers = [(f"offsetof({owner}, {field})", f"__builtin_offsetof({owner}, {field})"),
                   (f"sizeof({owner}.{field})", f"sizeof({value})")]
        if is_integer:
            numbers.append((f"is_signed({owner}.{field})", sign_of(f"__typeof__({value})")))
        yield Item("field", f"{owner}.{field}", numbers)
    for name, declaration in found.functions.items():
        yield Item("function", name, [(f"function({name})", f"sizeof(&{name}) != 0")],
                   declaration=declaration)


class Side:
    """One compiler with its headers."""

    def __init__(self, tools, unicode, folder):
        self.tools, self.folder = tools, folder
        self.defines = inventory.DEFINES + (["UNICODE", "_UNICODE"] if unicode else [])

    def prelude(self):
        lines = [f"#define {name}" for name in self.defines]
        lines.append(self.tools["start"])
        lines += [f"#include <{header}>" for header in self.tools["headers"]]
        return "\n".join(lines + ["#define EXPANSION_(x) #x", "#define EXPANSION(x) EXPANSION_(x)",
                                  "#line 1 \"items\"", ""])

    def text(self):
        """The headers as the preprocessor leaves them, with every macro."""
        return self.compile("text", [], ["-E", "-dD"]).stdout

    def compile(self, name, lines, arguments):
        source = self.folder / (name + ".c")
        source.write_text(self.prelude() + "\n".join(lines) + "\n")
        command = self.tools["cc"] + ["-std=gnu11", "-w", "-O0", "-fmax-errors=0",
                                      "-fno-diagnostics-show-caret", str(source)] + arguments
        return subprocess.run(command, capture_output=True, text=True,
                              env=dict(os.environ, LC_ALL="C"))

    def errors(self, name, lines):
        """{line from 0: message}, of the first error in each line."""
        output = self.compile(name, lines, ["-fsyntax-only"])
        found = {}
        for line in output.stderr.splitlines():
            match = re.match(r"items:(\d+):\d+: error: (.*)", line)
            if match:
                found.setdefault(int(match[1]) - 1, match[2])
            elif "error: " in line:
                raise SystemExit(f"{name}: {line}")
        return found

    def read(self, name, items):
        """({number's name: value}, {text's name: characters})."""
        numbers = [pair for item in items for pair in item.numbers]
        texts = [item for item in items if item.text]
        lines = ["const unsigned long long numbers[]",
                 '__attribute__((section("judged.numbers"))) = {']
        lines += [f"{expression}," for _, expression in numbers] + ["};", "const struct {"]
        lines += [f"{item.character()} text{i}[{TEXT_SIZE}];" for i, item in enumerate(texts)]
        lines += ['} texts __attribute__((section("judged.texts"))) = {']
        lines += [f"{item.text}," for item in texts] + ["};"]
        output = self.compile(name, lines, ["-c", "-o", str(self.folder / (name + ".o"))])
        if output.returncode != 0:
            raise SystemExit(output.stderr)
        values = struct.unpack_from(f"<{len(numbers)}Q", self.section(name, "numbers"))
        return dict(zip((n for n, _ in numbers), values)), self.texts(name, texts)

    def section(self, name, section):
        path = self.folder / f"{name}.{section}"
        subprocess.run([self.tools["objcopy"], "-O", "binary", "-j", f"judged.{section}",
                        str(self.folder / (name + ".o")), str(path)], check=True)
        return path.read_bytes()

    def texts(self, name, items):
        data, found, at = self.section(name, "texts"), {}, 0
        for item in items:
            at += at % 2 if item.wide else 0
            size = TEXT_SIZE * (2 if item.wide else 1)
            characters = data[at:at + size].decode("utf-16-le" if item.wide else "utf-8")
            found[item.name] = characters.rstrip("\0")
            at += size
        return found


def judge_guids(guids, text, missing, differing):
    for name, numbers in guids.items():
        match = re.search(rf"const\s+GUID\s+{name}\s*=([^;]*);", text)
        if not match:
            missing.add(f"guid {name}")
        elif inventory.guid_numbers(match[1]) != numbers:
            differing[name] = ("its numbers", match[1].strip())


def judge_mode(unicode, folder):
    """({items that mingw lacks}, {name: (ours, theirs)} of what differs, how many were judged)."""
    folder.mkdir()
    defines = inventory.DEFINES + (["UNICODE", "_UNICODE"] if unicode else [])
    found = inventory.read(defines=defines)
    items = list(list_items(found))
    ours, theirs = Side(OURS, unicode, folder), Side(MINGW, unicode, folder)
    probes = [item.probe(n) for n, item in enumerate(items)]
    for line, message in ours.errors("probe_ours", probes).items():
        raise SystemExit(f"our own {items[line]} does not compile: {message}")

    text = theirs.text()
    words = set(re.findall(r"[A-Za-z_]\w*", text))
    # No compiler needs to look for what does not occur at all.
    missing = {str(item) for item in items if not words.issuperset(item.words())}
    items = [item for item in items if str(item) not in missing]
    declared = [item for item in items if item.declaration]
    lines = [item.probe(n) for n, item in enumerate(items)]
    lines += [item.declaration + ";" for item in declared]
    errors = theirs.errors("probe_mingw", lines)
    differing, present = {}, []
    for n, item in enumerate(items):
        if n not in errors:
            present.append(item)
        elif MISSING.search(errors[n]):
            missing.add(str(item))
        else:
            differing[item.name] = ("compiles", errors[n])
    for n, item in enumerate(declared, start=len(items)):
        if n in errors and str(item) not in missing and "conflicting types" in errors[n]:
            differing[f"prototype({item.name})"] = ("compiles", "conflicting types")

    judge_guids(found.guids, text, missing, differing)
    (our_numbers, our_texts), (numbers, texts) = (
        ours.read("ours", present), theirs.read("mingw", present))
    for item in present:
        if item.kind == "alias" and texts[item.name] == item.name:
            missing.add(str(item))
        elif item.text and our_texts[item.name] != texts[item.name]:
            differing[item.name] = (f'"{our_texts[item.name]}"', f'"{texts[item.name]}"')
    for name, value in our_numbers.items():
        if value != numbers[name]:
            differing[name] = (hex(value), hex(numbers[name]))
    return missing, differing, len(present)


def without_fields_of_missing_types(missing):
    return {row for row in missing
            if not (row.startswith("field ") and "type " + row[6:].split(".")[0] in missing)}


def data_lines(path):
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            yield line


def write_missing(path, missing):
    comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
    path.write_text("\n".join(comments + sorted(missing)) + "\n")


def main():
    try:
        subprocess.run([MINGW["cc"][0], "--version"], check=True, capture_output=True)
    except FileNotFoundError:
        print("mingw-w64 is not installed")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        modes = list(pool.map(lambda unicode: judge_mode(
            unicode, pathlib.Path(folder) / f"unicode{unicode:d}"), (False, True)))
    missing = without_fields_of_missing_types(modes[0][0] | modes[1][0])
    differing = {**modes[0][1], **modes[1][1]}

    failures = []
    listed = HERE / "not_in_mingw.txt"
    if "--write" in sys.argv:
        write_missing(listed, missing)
    expected = set(data_lines(listed))
    failures += [f"not judged, and not in {listed.name}: {row}" for row in missing - expected]
    failures += [f"in {listed.name}, but mingw has it or we do not: {row}"
                 for row in expected - missing]
    rows = {}
    for line in data_lines(HERE / "differences.txt"):
        name, our_value, their_value, reason = (part.strip() for part in line.split("|"))
        rows[name] = (our_value, their_value)
        if not reason:
            failures.append(f"a difference without a reason: {name}")
    for name, (our_value, their_value) in differing.items():
        if rows.get(name) != (our_value, their_value):
            failures.append(f"differs: {name} | {our_value} | {their_value}")
    failures += [f"in differences.txt, but does not differ: {name}"
                 for name in rows.keys() - differing.keys()]
    print("\n".join(sorted(failures)))
    print(f"{modes[0][2]} and {modes[1][2]} names judged, {len(missing)} not in mingw, "
          f"{len(differing)} differ, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

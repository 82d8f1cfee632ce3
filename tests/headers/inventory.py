"""What include/opensspi declares, read out of the headers themselves.

The C preprocessor takes comments and conditions away; what is left is a small and regular part of
C, which this reads: macros without parameters, enumerations, structures, typedefs and functions. A
declaration that it does not understand is an error, so that nothing drops out of the tests in
silence.
"""
import dataclasses
import pathlib
import re
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "include" / "opensspi"

# The order of programs, and what they define first.
HEADERS = ["windows.h", "winerror.h", "ntstatus.h", "tchar.h", "wincrypt.h", "ntsecapi.h",
           "security.h", "sspi.h", "secext.h", "credssp.h", "minschannel.h", "schannel.h",
           "wincred.h"]
DEFINES = ["SECURITY_WIN32", "SCHANNEL_USE_BLACKLISTS"]

# Words of declarations rather than values.
KEYWORDS = {"const", "void", "extern", "TEXT"}

INTEGER = re.compile(r"u?int(8|16|32|64|ptr)_t|size_t|char16_t|wchar_t|char|short|int|long|"
                     r"signed|unsigned")
TOKEN = re.compile(r'[uUL]?"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|\d\w*|\.\.\.|\S')
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclasses.dataclass
class Inventory:
    constants: list = dataclasses.field(default_factory=list)       # macros and enumerators
    texts: dict = dataclasses.field(default_factory=dict)           # macro -> is it wide
    aliases: list = dataclasses.field(default_factory=list)         # macros for another name
    types: dict = dataclasses.field(default_factory=dict)           # typedef -> is it an integer
    fields: dict = dataclasses.field(default_factory=dict)          # (type, field) -> the same
    functions: dict = dataclasses.field(default_factory=dict)       # name -> declaration
    function_types: dict = dataclasses.field(default_factory=dict)  # typedef -> declaration
    guids: dict = dataclasses.field(default_factory=dict)           # constant -> its numbers


def preprocess(headers, defines, extra=""):
    source = "".join(f'#include "{header}"\n' for header in headers) + extra
    command = ["gcc", "-std=c11", "-E", "-dD", "-I", str(FOLDER), "-x", "c", "-"]
    command += [f"-D{name}" for name in defines]
    return subprocess.run(command, input=source, check=True, capture_output=True, text=True).stdout


def own_lines(text):
    """The lines that come out of the headers, without those of the C library."""
    own = False
    for line in text.splitlines():
        marker = re.match(r'# \d+ "(.*?)"', line)
        if marker:
            path = pathlib.Path(marker[1])
            own = path.is_absolute() and FOLDER in path.parents
        elif own:
            yield line


def group_end(tokens, start):
    """The index behind the bracket that closes the one at `start`."""
    depth = 0
    for i in range(start, len(tokens)):
        if tokens[i] in PAIRS:
            depth += 1
        elif tokens[i] in PAIRS.values():
            depth -= 1
            if depth == 0:
                return i + 1
    raise ValueError("a bracket is not closed: " + " ".join(tokens[start:start + 20]))


def split(tokens, separator):
    """Parts between the separators that stand outside of brackets."""
    parts, part, i = [], [], 0
    while i < len(tokens):
        if tokens[i] in PAIRS:
            end = group_end(tokens, i)
            part += tokens[i:end]
            i = end
            continue
        if tokens[i] == separator:
            parts.append(part)
            part = []
        else:
            part.append(tokens[i])
        i += 1
    return parts + [part] if part else parts


def without_attributes(tokens):
    kept, i = [], 0
    while i < len(tokens):
        if tokens[i] == "__attribute__":
            i = group_end(tokens, i + 1)
        elif tokens[i] == "__extension__":
            i += 1
        else:
            kept.append(tokens[i])
            i += 1
    return kept


def declarator(tokens):
    """(name, is it anything but a plain name of the type) of `*name`, `name[3]`, `(*name)(…)`."""
    for i, token in enumerate(tokens):
        if token == "(" and tokens[i + 1] == "*":
            return tokens[i + 2], True
    names = [t for t in tokens[:tokens.index("[")] if "[" in tokens] if "[" in tokens else tokens
    name = [t for t in names if IDENTIFIER.fullmatch(t)][-1]
    return name, "*" in tokens or "[" in tokens


def guid_numbers(text):
    return [int(number, 16) for number in re.findall(r"0[xX][0-9A-Fa-f]+", text)]


class Reader:
    def __init__(self):
        self.found = Inventory()
        self.tags = set()

    def names(self):
        """Everything that a macro can be another name for."""
        return self.tags | self.found.types.keys() | self.found.functions.keys()

    def is_integer(self, base):
        words = [word for word in base if word not in ("const", "typedef")]
        if len(words) == 1 and words[0] in self.found.types:
            return self.found.types[words[0]]
        return bool(words) and all(INTEGER.fullmatch(word) for word in words)

    def declarators(self, tokens):
        """(base, [(name, is derived)]) of `const A *b, c[2]`."""
        parts = split(tokens, ",")
        name, derived = declarator(parts[0])
        first = parts[0].index(name)
        while first > 0 and parts[0][first - 1] in ("*", "("):
            first -= 1
        base = parts[0][:first]
        return base, [(name, derived)] + [declarator(part) for part in parts[1:]]

    def statement(self, tokens):
        tokens = without_attributes(tokens)
        if tokens[0] == "typedef":
            return self.typedef(tokens)
        if tokens[0] in ("struct", "enum", "union") and len(tokens) == 2:
            return None
        if tokens[:2] == ["enum", "{"]:
            self.enumerators(tokens[2:-1])
            return None
        if tokens[:3] == ["static", "const", "GUID"]:
            self.found.guids[tokens[3]] = guid_numbers(" ".join(tokens[4:]))
            return None
        if "(" in tokens and "{" not in tokens:
            name = tokens[tokens.index("(") - 1]
            self.found.functions[name] = " ".join(t for t in tokens if t != "extern")
            return None
        raise ValueError("not understood: " + " ".join(tokens))

    def typedef(self, tokens):
        if "{" not in tokens:
            base, names = self.declarators(tokens)
            for name, derived in names:
                self.found.types[name] = not derived and self.is_integer(base)
                if tokens[-1] == ")":
                    self.found.function_types[name] = " ".join(tokens)
            return
        start = tokens.index("{")
        end = group_end(tokens, start)
        body = tokens[start + 1:end - 1]
        self.tags.add(tokens[start - 1])
        names = [declarator(part) for part in split(tokens[end:], ",")]
        for name, _ in names:
            self.found.types[name] = False
        if tokens[1] == "enum":
            self.enumerators(body)
        else:
            plain = [name for name, derived in names if not derived]
            for field, is_integer in self.fields(body):
                self.found.fields[plain[0], field] = is_integer

    def enumerators(self, body):
        self.found.constants += [part[0] for part in split(body, ",")]

    def fields(self, body):
        for part in split(body, ";"):
            if ":" in part:
                raise ValueError("a field of bits: " + " ".join(part))
            if part[0] in ("struct", "union") and "{" in part:
                start = part.index("{")
                end = group_end(part, start)
                prefix = part[end] + "." if end < len(part) else ""
                for field, is_integer in self.fields(part[start + 1:end - 1]):
                    yield prefix + field, is_integer
                continue
            base, names = self.declarators(part)
            for name, derived in names:
                yield name, not derived and self.is_integer(base)


def sort_macros(found, names, macros, headers, defines):
    """Into constants, texts and aliases of `names`, by what they expand to."""
    extra = "".join(f'@ "{name}" {name}\n' for name in macros)
    for line in preprocess(headers, defines, extra).splitlines():
        match = re.match(r'@ "(\w+)" ?(.*)', line.strip())
        if not match:
            continue
        name, expansion = match[1], match[2].strip("() ")
        if expansion.startswith(('u"', 'L"', '"')):
            found.texts[name] = expansion[0] != '"'
        elif expansion in names:
            found.aliases.append(name)
        elif expansion and expansion not in KEYWORDS:
            found.constants.append(name)


def read(headers=HEADERS, defines=DEFINES):
    reader, macros, code = Reader(), [], []
    for line in own_lines(preprocess(headers, defines)):
        macro = re.match(r"#define (\w+)( (.*))?$", line)
        if macro:
            macros.append(macro[1])
        elif not line.startswith("#"):
            code.append(line)
    for statement in split(TOKEN.findall("\n".join(code)), ";"):
        reader.statement(statement)
    macros = [name for name in dict.fromkeys(macros) if not name.startswith("OPENSSPI_")]
    sort_macros(reader.found, reader.names(), macros, headers, defines)
    return reader.found


if __name__ == "__main__":
    for kind, names in dataclasses.asdict(read()).items():
        print(kind, len(names))
        for entry in names:
            print("  ", entry, names[entry] if isinstance(names, dict) else "")

"""Compiles every header alone, found by its bare name, in every language, with and without UNICODE;
then all together in both orders, and the programs of programs/, which use text, with both widths of
wchar_t too. No compiler may warn.
"""
import concurrent.futures
import itertools
import pathlib
import shutil
import subprocess
import sys
import tempfile

import inventory

HERE = pathlib.Path(__file__).resolve().parent
COMPILERS = ["gcc", "clang"]
LANGUAGES = ["c99", "c11", "c++11", "c++20"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
START = "#define SECURITY_WIN32\n#define SCHANNEL_USE_BLACKLISTS\n"


def modes(languages, widths):
    """Flags of every way to compile, with a compiler in front."""
    for compiler, language in itertools.product(COMPILERS, languages):
        kind = ["-x", "c++" if "++" in language else "c", f"-std={language}"]
        for unicode in ([], ["-DUNICODE", "-D_UNICODE"]):
            for width in widths:
                yield [compiler] + kind + unicode + width


def source(folder, headers):
    path = folder / ("_".join(headers).replace("/", "_")[:60] + ".c")
    path.write_text(START + "".join(f'#include "{header}"\n' for header in headers))
    return path


def compile_all(mode, paths):
    command = mode + WARNINGS + ["-fsyntax-only", "-I", str(inventory.FOLDER)]
    output = subprocess.run(command + [str(path) for path in paths], capture_output=True, text=True)
    return "" if output.returncode == 0 else f"{' '.join(mode)}\n{output.stderr}"


def main():
    missing = [compiler for compiler in COMPILERS if shutil.which(compiler) is None]
    if missing:
        print("not installed:", *missing)
        return 1
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        names = sorted(str(path.relative_to(inventory.FOLDER))
                       for path in inventory.FOLDER.rglob("*.h"))
        alone = [source(pathlib.Path(folder), [name]) for name in names]
        together = [source(pathlib.Path(folder), names), source(pathlib.Path(folder), names[::-1])]
        programs = sorted((HERE / "programs").glob("*.c"))
        widths = ([], ["-fshort-wchar"])
        jobs = [(mode, alone) for mode in modes(LANGUAGES, [[]])]
        jobs += [(mode, together) for mode in modes(LANGUAGES, widths)]
        # C99 has no literals of 16 bits.
        jobs += [(mode, programs) for mode in modes(LANGUAGES[1:], widths)]
        failures = [text for text in pool.map(lambda job: compile_all(*job), jobs) if text]
    print("\n".join(failures[:3]))
    print(f"{len(names)} headers, {len(programs)} programs, {len(jobs)} jobs, "
          f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

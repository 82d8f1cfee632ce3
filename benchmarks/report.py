#!/usr/bin/env python3
"""Makes the table of ./bench out of Google Benchmark's JSON: the medians of each row's two sides
and the ratio between them."""
import argparse
import json
import statistics
import sys

OURS = "opensspi"
TITLES = {
    "acquire_free": "NTLM: AcquireCredentialsHandle + FreeCredentialsHandle",
    "ntlm_handshake": "NTLM: handshake, both sides",
    "ntlm_message_64": "NTLM: EncryptMessage + DecryptMessage, 64 B",
    "ntlm_message_1024": "NTLM: EncryptMessage + DecryptMessage, 1 KiB",
    "ntlm_message_16384": "NTLM: EncryptMessage + DecryptMessage, 16 KiB",
    "query_sizes": "NTLM: QueryContextAttributes (handle look-up)",
    "ntlm_memory": "NTLM: heap of an established pair",
    "credssp_acquire": "CREDSSP: Acquire + Free of a client; SSL_CTX alone",
    "schannel_acquire": "Schannel: Acquire + Free of a client; SSL_CTX",
    "schannel_acquire_server": "Schannel: Acquire + Free with a certificate; SSL_CTX",
    "credssp_logon": "CREDSSP: logon, both sides; TLS handshake alone",
    "credssp_logon_accounts": "CREDSSP: the same, accounts in SQLite",
    "credssp_message_64": "CREDSSP: Encrypt + Decrypt; SSL_write + SSL_read, 64 B",
    "credssp_message_1024": "CREDSSP: Encrypt + Decrypt; SSL_write + SSL_read, 1 KiB",
    "credssp_message_16384": "CREDSSP: Encrypt + Decrypt; SSL_write + SSL_read, 16 KiB",
    "credssp_memory": "CREDSSP: heap of an established pair; of a TLS pair",
}
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def read_rows(path):
    """{row: {side: {"unit": "ns" or "B", "values": [...]}}}, in the order of TITLES."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    runs = json.loads(text)["benchmarks"] if text else []  # a filter may leave nothing to write
    rows = {row: {} for row in TITLES}
    for run in runs:
        if run["run_type"] != "iteration":
            continue
        if run.get("error_occurred"):
            sys.exit(f"bench: {run['name']}: {run['error_message']}")
        row, side = run["run_name"].split("/")[:2]
        if "bytes" in run:
            unit, value = "B", run["bytes"]
        else:
            unit, value = "ns", run["cpu_time"] * NANOSECONDS[run["time_unit"]]
        sides = rows.setdefault(row, {})
        sides.setdefault(side, {"unit": unit, "values": []})["values"].append(value)
    return rows


def summary(side):
    """The median, and half the distance of the quartiles in percent of it."""
    values = sorted(side["values"])
    median = statistics.median(values)
    spread = 0.0
    if len(values) >= 4:
        low, _, high = statistics.quantiles(values, n=4)
        spread = 50 * (high - low) / median
    return {"median": median, "unit": side["unit"], "spread_percent": round(spread, 1)}


def results(rows):
    for row, sides in rows.items():
        if OURS not in sides:
            continue
        result = {"row": row, "title": TITLES.get(row, row), OURS: summary(sides[OURS])}
        for name, side in sides.items():
            if name == OURS:
                continue
            result["beside"] = {"name": name, **summary(side)}
            result["ratio"] = round(result[OURS]["median"] / result["beside"]["median"], 3)
        yield result


def in_words(side):
    value, unit = side["median"], side["unit"]
    if unit == "B":
        return f"{value / 1024:.1f} KiB"
    return f"{value / 1e3:.1f} us" if value >= 1e4 else f"{value / 1e3:.3f} us"


def print_table(table):
    width = max(len(result["title"]) for result in table)
    print(f"{'':{width}}  {'opensspi':>11}        {'beside':>11}                   ratio")
    for result in table:
        ours = result[OURS]
        line = f"{result['title']:{width}}  {in_words(ours):>11} ±{ours['spread_percent']:3.0f}%"
        if "beside" in result:
            beside = result["beside"]
            line += f"  {in_words(beside):>11} ±{beside['spread_percent']:3.0f}%"
            line += f"  {beside['name']:9}  {result['ratio']:5.2f}"
        print(line)
    print("\nMedians of CPU time; a ratio under 1 means that opensspi takes less.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", help="write the figures here too")
    parser.add_argument("measured", help="what --benchmark_out wrote")
    arguments = parser.parse_args()
    table = list(results(read_rows(arguments.measured)))
    if not table:
        sys.exit("bench: nothing was measured")
    print_table(table)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(table, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Over 30 broken files through the command line: one clear sentence each, no crash, nothing lost."""
import gzip, json, pathlib, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEDSIDE = str(ROOT / ".build/release/bedside")

PATIENT = '{"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1960-05-04","name":[{"family":"SECRETNAME"}]}'


def condition(identifier="c1", day='"2015-03-04"', patient='"Patient/p1"', code='"44054006"'):
    return ('{"resourceType":"Condition","id":"%s","code":{"coding":[{"system":"http://snomed.info/sct","code":%s}]},'
            '"subject":{"reference":%s},"onsetDateTime":%s}' % (identifier, code, patient, day))


GOOD = condition("good")
# name -> (bytes of the file, what must be true of the JSON report: rejected at least this many,
# or None where the whole file must be refused)
FILES = {
    "truncated.ndjson.gz": (gzip.compress((GOOD + "\n").encode() * 1)[:-12], "refused or counted"),
    "notgzip.ndjson.gz": (b"this is not gzip at all", "refused or counted"),
    "corrupt.ndjson.gz": (gzip.compress((GOOD + "\n").encode() * 500)[:60] + b"\0" * 40, "refused or counted"),
    "empty.ndjson": (b"", "issue"),
    "empty.json.gz": (gzip.compress(b""), "issue"),
    "utf16.ndjson": ((GOOD + "\n").encode("utf-16"), "refused or counted"),
    "latin1.ndjson": (GOOD.replace("good", "Müller").encode("latin-1"), 1),
    "longline.ndjson": (b'{"resourceType":"Condition","id":"' + b"x" * 100_000_000 + b'"}\n' + GOOD.encode(), 1),
    "longarray.ndjson": (b'{"resourceType":"Claim","id":"1","x":[' + b"1," * 30_000_000 + b"1]}\n" + GOOD.encode(), 1),
    "missingref.ndjson": (condition("c2", patient='"Patient/nobody"').encode(), 1),
    "noref.ndjson": (b'{"resourceType":"Condition","id":"c3","code":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]},"onsetDateTime":"2015-01-01"}', 1),
    "containedref.ndjson": (condition("c4", patient='"#inner"').encode(), 1),
    "year0000.ndjson": (condition("c5", day='"0000-01-01"').encode(), 1),
    "year9999.ndjson": (condition("c6", day='"9999-12-31"').encode(), 1),
    "feb30.ndjson": (condition("c7", day='"2015-02-30"').encode(), 1),
    "datenumber.ndjson": (condition("c8", day="20150304").encode(), 1),
    "dateword.ndjson": (condition("c9", day='"last Tuesday"').encode(), 1),
    "duplicate.ndjson": ((condition("d") + "\n" + condition("d")).encode(), 1),
    "truncatedline.ndjson": ((GOOD + "\n" + condition("c10")[:60] + "\n").encode(), 1),
    "notobject.ndjson": (b"[1,2,3]\n" + GOOD.encode(), 1),
    "plaintext.ndjson": (b"Dear colleague, thank you for referring SECRETNAME\n" + GOOD.encode(), 1),
    "notype.ndjson": (b'{"id":"x"}\n' + GOOD.encode(), 1),
    "noid.ndjson": (GOOD.replace('"id":"good",', "").encode(), 1),
    "nulls.ndjson": (b'{"resourceType":"Condition","id":"c11","code":null,"subject":null}', 1),
    "wrongtypes.ndjson": (b'{"resourceType":"Observation","id":7,"code":"LOINC","subject":[],"valueQuantity":"high"}', 1),
    "deep.ndjson": (b'{"resourceType":"Condition","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n" + GOOD.encode(), 1),
    "badescape.ndjson": (GOOD.replace("good", "g\\q").encode(), 1),
    "control.ndjson": (GOOD.replace("good", "g\x01d").encode(), 1),
    "hugenumber.ndjson": (b'{"resourceType":"Observation","id":"o1","code":{"coding":[{"system":"http://loinc.org","code":"1"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2015-01-01","valueQuantity":{"value":1e999}}', 1),
    "brokenbundle.json": (b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":' + GOOD.encode() + b'},{"resource":{"resourceType":"Cond', "refused or counted"),
    "nul.ndjson": (b"\0" * 4096, "refused or counted"),
    "nocode.ndjson": (b'{"resourceType":"Condition","id":"c12","code":{"text":"SECRETNAME fell"},"subject":{"reference":"Patient/p1"},"onsetDateTime":"2015-01-01"}', 1),
}


def run(*arguments):
    return subprocess.run([BEDSIDE, *arguments], capture_output=True, text=True, timeout=120)


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="bedside-broken-"))
    failures = 0
    try:
        base = scratch / "base"
        base.mkdir()
        (base / "Patient.ndjson").write_text(PATIENT + "\n")
        (base / "Condition.ndjson").write_text(condition("kept") + "\n")
        site = str(scratch / "site")
        run("init", "--site", site)
        before = json.loads(run("import", "--site", site, str(base), "--json").stdout)
        for name, (content, expected) in FILES.items():
            path = scratch / "in" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            outcome = run("import", "--site", site, str(path), "--json")
            said = outcome.stderr.strip().splitlines()
            crashed = outcome.returncode not in (0, 1) or "Fatal" in outcome.stderr
            leaked = "SECRETNAME" in outcome.stderr + outcome.stdout
            report = json.loads(outcome.stdout) if outcome.stdout.startswith("{") else None
            named = any(name in line for line in said)
            if report:
                counted = report["rejected"] + report["issues"] + report["files_refused"] > 0
                adds_up = report["resources"] == report["imported"] + report["rejected"]
                good = counted and adds_up and (not isinstance(expected, int) or report["rejected"] >= expected)
            else:
                good = True
            kept = json.loads(run("timeline", "--site", site, "--subject", "0", "--json").stdout)
            lost = len(kept["events"]) < before["events"]
            ok = good and not crashed and not leaked and not lost and (named or bool(report) and set(report["reasons"]) <= {"patient not in any import", "type not imported: Claim"})
            failures += not ok
            line = said[0] if said else json.dumps(report["reasons"]) if report else "(silent)"
            print(f"{'ok ' if ok else 'BAD'} {name:24} exit {outcome.returncode}  {line[:110]}")
        verified = run("ledger", "verify", "--site", site).returncode == 0
        print(f"{len(FILES)} files, {failures} not as wanted; ledger {'verifies' if verified else 'BROKEN'}")
        return 1 if failures or not verified else 0
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Kills `bedside import` at random moments and compares what the next run makes with a clean run."""
import hashlib, os, pathlib, random, shutil, signal, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEDSIDE = str(ROOT / ".build/release/bedside")


def run(*arguments):
    subprocess.run([BEDSIDE, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def timelines(site):
    """Digest of every file of the timelines, by name."""
    folder = pathlib.Path(site) / "timelines"
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir())}


def main(export, kills=10, seed=None):
    random.seed(seed)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="bedside-kill-"))
    keys = str(scratch / "keys")
    try:
        run("init", "--site", str(scratch / "clean"), "--name", "site", "--key-directory", keys)
        started = time.monotonic()
        run("import", "--site", str(scratch / "clean"), export)
        clean_seconds = time.monotonic() - started
        clean = timelines(scratch / "clean")
        failures = 0
        landed = 0
        for attempt in range(kills):
            site = str(scratch / f"killed-{attempt}")
            run("init", "--site", site, "--name", "site", "--key-directory", keys)
            process = subprocess.Popen([BEDSIDE, "import", "--site", site, export],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            moment = random.uniform(0.02, clean_seconds * 0.98)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            died = process.wait() == -signal.SIGKILL
            landed += died
            sealed = len(list(pathlib.Path(site, "vault").rglob("*")))
            run("import", "--site", site, export)
            same = timelines(site) == clean
            verified = subprocess.run([BEDSIDE, "ledger", "verify", "--site", site],
                                      stdout=subprocess.DEVNULL).returncode == 0
            failures += not (same and verified)
            print(f"kill {attempt + 1:2}: at {moment:5.2f} s of {clean_seconds:.2f} s, "
                  f"{'killed' if died else 'had finished'}, {sealed} files in the vault; "
                  f"after the next run {'same bytes' if same else 'DIFFERENT'}, "
                  f"ledger {'ok' if verified else 'BROKEN'}")
            shutil.rmtree(site)
        print(f"{landed} of {kills} kills landed before the import had finished")
        return 1 if failures or landed < kills // 2 else 0
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: kill_import.py EXPORT [SEED]")
    sys.exit(main(sys.argv[1], seed=sys.argv[2] if len(sys.argv) > 2 else None))

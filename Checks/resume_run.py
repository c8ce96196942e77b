#!/usr/bin/env python3
"""Kills a benchmark run at random moments and resumes it; the bytes must be those of a calm run.

Also: 100 seeds replayed on one and on two threads give identical bytes.

usage: resume_run.py [SEED]          needs the release build
"""
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEDSIDE = ROOT / ".build/release/bedside"


def digest(folder):
    total = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*.json*")):
        total.update(str(path.relative_to(folder)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def arguments(folder, seed=1, threads=2, cases="own"):
    return [BEDSIDE, "benchmark", "run", "--cases", cases, "--out", folder, "--seed", str(seed),
            "--threads", str(threads), "--json"]


def main():
    random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
    work = pathlib.Path(tempfile.mkdtemp(prefix="bedside-run-"))
    try:
        calm = work / "calm"
        start = time.time()
        subprocess.run(arguments(calm, threads=1), check=True, capture_output=True)
        seconds = time.time() - start
        killed = work / "killed"
        landed = 0
        for _ in range(10):
            process = subprocess.Popen(arguments(killed), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0.1, seconds / 10))
            if process.poll() is None:
                landed += 1
            process.kill()
            process.wait()
        subprocess.run(arguments(killed), check=True, capture_output=True)
        assert digest(calm) == digest(killed), "resumed bytes differ"
        print(f"{landed} of 10 kills landed; resumed run has the bytes of a calm one")
        identical = 0
        for seed in range(100):
            folder = work / "replay"
            subprocess.run(arguments(folder, seed, 1 + seed % 2, "own:rare"), check=True,
                           capture_output=True)
            done = subprocess.run([BEDSIDE, "benchmark", "replay", folder, "--json", "--threads",
                                   str(2 - seed % 2)], capture_output=True, text=True)
            identical += json.loads(done.stdout)["identical"]
            shutil.rmtree(folder)
        print(f"{identical} of 100 runs replayed to the byte on the other number of threads")
        assert identical == 100
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()

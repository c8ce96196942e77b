# SPDX-License-Identifier: Apache-2.0
"""A merge of timelines killed at 20 random moments: the last committed state opens each time."""
import json, os, pathlib, random, shutil, signal, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEDSIDE = os.environ.get("BEDSIDE", str(ROOT / ".build/release/bedside")).split()
ROUNDS = 20


def run(*arguments):
    done = subprocess.run([*BEDSIDE, "timelines", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def state(directory):
    """What a reader is told: subjects, events, digest and the segments by name."""
    said = json.loads(run("show", directory, "--json"))
    assert not said.get("recovery"), said
    return {key: said[key] for key in ("subjects", "events", "digest", "segments")}


def main():
    random.seed(int(os.environ.get("SEED", "0")) or None)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="bedside-merge-"))
    try:
        start = scratch / "start"
        run("sample", start, "--segments", 4, "--subjects", 8000)
        before = state(start)

        whole = scratch / "whole"
        length = 1e9
        for _ in range(2):
            shutil.rmtree(whole, ignore_errors=True)
            shutil.copytree(start, whole)
            began = time.monotonic()
            run("merge", whole)
            length = min(length, time.monotonic() - began)
        after = state(whole)
        assert before["events"] == after["events"] and before["subjects"] == after["subjects"]
        assert len(before["segments"]) == 4 and len(after["segments"]) == 1, (before, after)

        seen = {"before": 0, "after": 0}
        killed = leftovers = number = 0
        while killed < ROUNDS and number < 4 * ROUNDS:
            number += 1
            work = scratch / f"round-{number}"
            shutil.copytree(start, work)
            merging = subprocess.Popen(
                [*BEDSIDE, "timelines", "merge", str(work)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Every other round aims at the end, where the commit is.
            time.sleep(length * random.uniform(0.8 * (number % 2), 1.05))
            if merging.poll() is None:
                merging.send_signal(signal.SIGKILL)
                killed += 1
            merging.wait()
            found = state(work)
            assert found in (before, after), ("neither the state before nor after", found)
            seen["before" if found == before else "after"] += 1
            run("verify", work)
            known = {"LOCK", "MANIFEST", "MANIFEST.previous", *before["segments"], *after["segments"]}
            leftovers += any(name not in known for name in os.listdir(work))
            run("merge", work)
            assert state(work) == after, "merging again gives what an undisturbed merge gives"
            if found == before:
                extra = set(os.listdir(work)) - known
                assert not extra, ("left behind", extra)
            shutil.rmtree(work)
        assert killed == ROUNDS, f"only {killed} merges were still running when they were to be killed"
        print(f"{killed} merges killed ({leftovers} left a half-written file): "
              f"the state before in {seen['before']}, after in {seen['after']}, never another")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    sys.exit(main())

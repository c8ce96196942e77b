# SPDX-License-Identifier: Apache-2.0
"""Slow, endless, idle and oversized clients, while well-behaved callers measure themselves.

Each attack runs in a process of its own for some seconds: 500 connections that send a byte a second
in the head or in the body, bodies of 1 GB with a stated length and in chunks, 10,000 idle
connections, 10,000 header fields. Four callers on kept connections and one that connects anew for
each call go on meanwhile. Fails where a caller's call fails, their p99 suffers, the server's memory
grows beyond a bound, or a body of 1 GB is read to its end.

    python3 Checks/hostile_clients.py                     about two minutes
    python3 Checks/hostile_clients.py --seconds 8 --only headers,body
"""
import argparse, asyncio, collections, json, pathlib, resource, shutil, signal
import subprocess, sys, tempfile
import time
from gateway_site import Caller, Server, command

ATTACKS = {
    "slow-head": "a byte a second in the head", "slow-body": "a byte a second in the body",
    "body": "1 GB, length stated", "chunks": "1 GB in chunks", "idle": "idle connections",
    "headers": "10,000 header fields", "long-header": "one field of 16 MB"}
CASE = json.dumps({"findings": [{"evidence": "E_53", "present": True}]})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=15, help="of each attack")
    parser.add_argument("--slow", type=int, default=250, help="connections of each slow attack")
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--memory", type=float, default=100, help="MB the server may grow by")
    parser.add_argument("--p99-factor", type=float, default=5, help="of the calm p99")
    parser.add_argument("--p99-floor", type=float, default=250, help="ms that are always allowed")
    parser.add_argument("--only", help="attacks to run, separated by commas")
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--key", help=argparse.SUPPRESS)
    return parser.parse_args()


# The attackers, each in a process of its own

class Attacker:
    """One connection of an attack: what became of it, and when."""

    def __init__(self, options):
        self.options, self.end = options, time.monotonic() + options.seconds
        self.outcomes, self.after, self.sent = [], [], 0

    def head(self, fields=""):
        return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Bearer {self.options.key}\r\n"
                f"Content-Type: application/json\r\n{fields}").encode()

    async def run(self, make, pause):
        """Attacks again and again until time is up."""
        while not self.outcomes or time.monotonic() < self.end:
            begun = time.monotonic()
            outcome, has_ended = await self.once(make(self), pause)
            self.outcomes.append(outcome)
            if has_ended:
                self.after.append(time.monotonic() - begun)
            await asyncio.sleep(0.1)

    async def once(self, pieces, pause):
        """Sends pieces with a pause between them until the server ends it or time is up."""
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection("127.0.0.1", self.options.port), 10)
        except (OSError, asyncio.TimeoutError) as problem:
            return "not connected" if isinstance(problem, OSError) else "not accepted", False
        answer = asyncio.create_task(reader.read(1 << 16))
        sent = 0
        try:
            for piece in pieces:
                if answer.done() or time.monotonic() > self.end:
                    break
                writer.write(piece)
                await asyncio.wait_for(writer.drain(), max(0.1, self.end - time.monotonic()))
                sent += len(piece)
                if pause:
                    await asyncio.wait([answer], timeout=pause)
            await asyncio.wait([answer], timeout=max(0.1, self.end - time.monotonic()))
        except (OSError, asyncio.TimeoutError):
            # A server that answers early may reset what is still being sent.
            await asyncio.wait([answer], timeout=0.2)
        self.sent = max(self.sent, sent)
        outcome, has_ended = "open at the end", answer.done()
        if has_ended:
            try:
                first = answer.result()
                outcome = first.split(b" ")[1].decode() if first else "closed"
            except (OSError, IndexError):
                outcome = "reset"
        else:
            answer.cancel()
        writer.close()
        return outcome, has_ended


def repeated(piece, count):
    return (piece for _ in range(count))


async def attack(options):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    gigabyte = 1 << 30
    block = b"x" * (64 << 10)

    def pieces(attacker):
        if options.attack == "slow-head":
            return [attacker.head("X-Slow: ")] + [b"a"] * 3600
        if options.attack == "slow-body":
            return [attacker.head("Content-Length: 5000\r\n\r\n")] + [b"{"] + [b" "] * 3600
        if options.attack == "body":
            head = attacker.head(f"Content-Length: {gigabyte}\r\n\r\n")
            return chain(head, repeated(block, gigabyte // len(block)))
        if options.attack == "chunks":
            chunk = b"%x\r\n" % len(block) + block + b"\r\n"
            head = attacker.head("Transfer-Encoding: chunked\r\n\r\n")
            return chain(head, repeated(chunk, gigabyte // len(block)))
        if options.attack == "headers":
            fields = "".join(f"X-Field-{number}: {number}\r\n" for number in range(10_000))
            return [attacker.head(fields + "Content-Length: 2\r\n\r\n{}")]
        if options.attack == "long-header":
            return chain(attacker.head("X-Long: "), repeated(block, 256))
        return []

    count = {"slow-head": options.slow, "slow-body": options.slow, "idle": options.idle}.get(
        options.attack, 8)
    attackers = [Attacker(options) for _ in range(count)]
    running = []
    for attacker in attackers:
        running.append(asyncio.create_task(attacker.run(pieces, "slow" in options.attack)))
        if len(running) % 100 == 0:
            await asyncio.sleep(0.01)
    await asyncio.gather(*running)
    ended = sorted(seconds for attacker in attackers for seconds in attacker.after)
    print(json.dumps({
        "outcomes": collections.Counter(
            outcome for attacker in attackers for outcome in attacker.outcomes),
        "median_s": ended[len(ended) // 2] if ended else None,
        "sent_mb": max(attacker.sent for attacker in attackers) / 1e6,
        "whole": sum(attacker.sent >= gigabyte for attacker in attackers)}))


def chain(head, rest):
    yield head
    yield from rest


# The well-behaved

class Watch:
    """Well-behaved callers, their latencies, and the server's memory, until told to stop."""

    def __init__(self, server, key):
        self.server, self.key = server, key
        self.number = 0
        self.clear()

    def clear(self):
        self.latencies = {"kept": [], "new": []}
        self.failures, self.peak = collections.Counter(), 0

    async def caller(self, keeps):
        caller = Caller(self.server.port, self.key)
        while True:
            self.number += 1
            body = json.dumps({"model": "bedside-panel", "user": f"caller-{self.number}",
                               "messages": [{"role": "user", "content": CASE}]}).encode()
            begun = time.monotonic()
            try:
                status, _, _ = await caller.post("/v1/chat/completions", body, timeout=10)
                if status == 200:
                    self.latencies["kept" if keeps else "new"].append(
                        (time.monotonic() - begun) * 1000)
                else:
                    self.failures[f"status {status}"] += 1
            except OSError as problem:
                self.failures[str(problem)] += 1
            if not keeps:
                caller.close()
            await asyncio.sleep(0.02)

    async def memory(self):
        while True:
            self.peak = max(self.peak, self.server.usage()[0])
            await asyncio.sleep(0.1)

    def start(self):
        work = [self.caller(True) for _ in range(4)] + [self.caller(False), self.memory()]
        self.tasks = [asyncio.create_task(part) for part in work]

    def stop(self):
        for task in self.tasks:
            task.cancel()

    def p99(self, kind):
        """The 99th percentile in ms; the longest of fewer than a hundred."""
        ordered = sorted(self.latencies[kind])
        return ordered[int(len(ordered) * 0.99)] if ordered else float("inf")

    @property
    def text(self):
        calls = sum(len(kind) for kind in self.latencies.values())
        return (f"{calls} calls, p99 {self.p99('kept'):.1f} ms kept and {self.p99('new'):.1f} ms "
                f"new, {sum(self.failures.values())} failed; peak {self.peak:.0f} MB")


async def recovery(server, key):
    """Seconds until a call on a new connection takes less than a quarter of a second."""
    begun = time.monotonic()
    while time.monotonic() < begun + 60:
        caller, started = Caller(server.port, key), time.monotonic()
        body = json.dumps({"model": "bedside-panel", "user": f"recovery-{started}",
                           "messages": [{"role": "user", "content": CASE}]}).encode()
        try:
            status, _, _ = await caller.post("/v1/chat/completions", body, timeout=10)
        except OSError:
            continue
        finally:
            caller.close()
        if status == 200 and time.monotonic() - started < 0.25:
            break
        await asyncio.sleep(0.1)
    return time.monotonic() - begun


async def watch(options, server, key):
    watch = Watch(server, key)
    watch.start()
    await asyncio.sleep(2)
    watch.clear()
    await asyncio.sleep(options.seconds / 2)
    base = watch.peak
    print(f"calm: {watch.text}", flush=True)
    allowed = {kind: max(options.p99_factor * watch.p99(kind), options.p99_floor)
               for kind in watch.latencies}
    problems = []
    for name in options.only.split(",") if options.only else ATTACKS:
        watch.clear()
        attacker = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--attack", name, "--port", str(server.port), "--key", key,
            "--seconds", str(options.seconds), "--slow", str(options.slow),
            "--idle", str(options.idle), stdout=subprocess.PIPE)
        told = json.loads((await attacker.communicate())[0] or b'{"outcomes": {}, "sent_mb": 0}')
        outcomes = ", ".join(f"{count} {what}" for what, count in sorted(told["outcomes"].items()))
        after = f" after {told['median_s']:.1f} s" if told.get("median_s") is not None else ""
        failed = sum(watch.failures.values())
        print(f"{ATTACKS[name]}: {outcomes}{after}, at most {told['sent_mb']:.3f} MB sent on one; "
              f"others: {watch.text}", flush=True)
        if failed:
            problems.append(f"{ATTACKS[name]}: {failed} calls of others failed: "
                            + ", ".join(f"{n} {what}" for what, n in watch.failures.items()))
        for kind, most in allowed.items():
            if watch.p99(kind) > most:
                problems.append(f"{ATTACKS[name]}: p99 of others on {kind} connections "
                                f"{watch.p99(kind):.0f} ms, allowed {most:.0f}")
        if watch.peak > base + options.memory:
            problems.append(f"{ATTACKS[name]}: {watch.peak:.0f} MB, {base:.0f} MB when calm")
        if told.get("whole"):
            problems.append(f"{ATTACKS[name]}: {told['whole']} bodies of 1 GB read to their end")
        if server.process.poll() is not None:
            problems.append(f"{ATTACKS[name]}: the server ended")
            break
        calm_again = await recovery(server, key)
        if calm_again > 1:
            print(f"  {calm_again:.0f} s later a new connection is answered at once", flush=True)
    watch.stop()
    return problems


def main():
    options = arguments()
    if options.attack:
        return asyncio.run(attack(options))
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="bedside-hostile-"))
    site = str(scratch / "site")
    command("init", "--site", site)
    key = command("key", "create", "--site", site, "--name", "callers")
    server = Server(site, scratch / "server.log")
    try:
        if not server.start():
            sys.exit("the server did not start")
        problems = asyncio.run(watch(options, server, key))
    finally:
        server.stop()
        shutil.rmtree(scratch)
    for problem in problems:
        print("AFFECTED:", problem)
    print("every attack refused or bounded, the others unaffected" if not problems
          else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    # Told to end, it still stops the server and removes the site.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    sys.exit(main())

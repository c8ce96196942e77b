# SPDX-License-Identifier: Apache-2.0
"""Calls with retries and duplicate keys while the server is killed, its disk fills, its clock jumps.

64 callers on one budget repeat every call that got no answer under the same idempotency key, now
and then send one twice at once, and ask for old ones again. The budget runs out again and again and
is raised while the server runs. Afterwards the exported ledger alone must say: every answered call
has its settled entry with the quantities that were answered, none is billed twice, and what was
spent and held never passed a limit, to the micro-unit, at any entry.

    sudo python3 Checks/gateway_chaos.py                                  200,000 calls, some minutes
    sudo python3 Checks/gateway_chaos.py --calls 4000 --kills 3 --clock 2     about 20 seconds

The full disk is a small tmpfs of its own mount namespace (root, or user namespaces). The clock is
shifted by a library loaded before the server, which cc or clang compiles; libfaketime would shift
the timers of clocks that nobody sets, too. --fills 0 and --clock 0 do without.
"""
import argparse, asyncio, collections, json, os, pathlib, random, shutil, signal, struct
import subprocess, sys, tempfile, time
from gateway_site import (
    BEDSIDE, Caller, Server, command, entries, make_site, start_upstream, usage_of)

HOLDER, TEAM = "callers", "ward"
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static volatile long none, *seconds = &none;
static int (*real)(clockid_t, struct timespec *);
__attribute__((constructor)) static void begin(void) {
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    char *path = getenv("BEDSIDE_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) seconds = page;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    if (!real) begin();
    int status = real(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += *seconds;
    return status;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *result) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (result) *result = precise.tv_sec;
    return precise.tv_sec;
}
"""
PANEL_CASE = json.dumps({"findings": [{"evidence": "E_53", "present": True}]})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--fills", type=int, default=2, help="times the disk fills")
    parser.add_argument("--clock", type=int, default=6, help="times the clock jumps")
    parser.add_argument("--raises", type=int, default=10, help="times the budget runs out")
    parser.add_argument("--panel-share", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", help="where the site lies, with --fills 0")
    parser.add_argument("--keep", action="store_true", help="leave the site where it is")
    return parser.parse_args()


class World:
    """What the callers saw, and what was done to the server meanwhile."""

    def __init__(self, options, site, key, server):
        self.options, self.site, self.key, self.server = options, site, key, server
        self.random = random.Random(options.seed)
        self.todo = iter(range(options.calls))
        self.answered = {}        # call number: (ledger index, usage or None)
        self.problems = []
        self.statuses = collections.Counter()
        self.broken = 0
        self.replays = 0
        self.exhausted = asyncio.Event()
        self.done = asyncio.Event()

    def request(self, number):
        """A call's body, and the tokens it must be billed; None for a panel's prediction."""
        if number % 1000 < self.options.panel_share * 1000:
            text, model, usage = PANEL_CASE, "bedside-panel", None
        else:
            text, model = f"case {number} {'x' * (number % 37)}", "fake"
            usage = usage_of(text.encode())
        return json.dumps({"model": model, "max_tokens": 100, "user": f"caller-{number}",
                           "messages": [{"role": "user", "content": text}]}).encode(), usage

    async def call(self, caller, number):
        """Repeats one call until it is answered; its ledger index."""
        body, usage = self.request(number)
        while True:
            try:
                status, headers, answer = await caller.post(
                    "/v1/chat/completions", body, [("Idempotency-Key", f"call-{number}")])
            except OSError:
                self.broken += 1
                await asyncio.sleep(0.05)
                continue
            self.statuses[status] += 1
            if status == 200:
                self.note(number, headers, json.loads(answer), usage)
                return
            if status in (402, 429):
                if b"udget" in answer or b"uota" in answer:
                    self.exhausted.set()
                await asyncio.sleep(0.1)
            elif status in (409, 503):
                await asyncio.sleep(0.02)
            else:
                self.problems.append(f"call {number}: status {status}: {answer[:200]!r}")
                if len(self.problems) > 200:
                    sys.exit("too many unexpected answers: " + self.problems[0])
                await asyncio.sleep(0.1)

    def note(self, number, headers, answer, usage):
        index = int(headers["x-ledger-index"])
        self.replays += headers.get("x-idempotent-replay") == "true"
        before = self.answered.setdefault(number, (index, usage))
        if before[0] != index:
            self.problems.append(f"call {number}: entries {before[0]} and {index}")
        if usage and any(answer["usage"][name] != count for name, count in usage.items()):
            self.problems.append(f"call {number}: answered with another call's usage")

    async def misuse(self, caller, number):
        """The key of an answered call with another request must not be answered."""
        body = self.request(number)[0].replace(b"case ", b"other ").replace(b"true", b"false")
        try:
            status, _, _ = await caller.post(
                "/v1/chat/completions", body, [("Idempotency-Key", f"call-{number}")])
        except OSError:
            return
        self.statuses[status] += 1
        if status == 200:
            self.problems.append(f"call {number}: its key was answered for another request")

    async def caller(self, seed):
        """One caller: new calls, one in ten twice at once, one in twenty an old one again."""
        chance = random.Random(seed)
        first, second = (Caller(self.server.port, self.key) for _ in range(2))
        for number in self.todo:
            if chance.random() < 0.1:
                await asyncio.gather(self.call(first, number), self.call(second, number))
            else:
                await self.call(first, number)
            if self.answered and chance.random() < 0.05:
                await self.call(first, chance.randrange(number + 1))
            if chance.random() < 0.01:
                await self.misuse(first, number)
        first.close()
        second.close()

    # What is done to the server

    async def reached(self, count):
        while len(self.answered) < count and not self.done.is_set():
            await asyncio.sleep(0.01)

    async def harm(self, clock, ballast):
        """Kills, fills and clock jumps at random moments, one after the other."""
        options = self.options
        acts = ["kill"] * options.kills + ["fill"] * options.fills + ["clock"] * options.clock
        self.random.shuffle(acts)
        moments = sorted(self.random.randrange(options.calls // 50, options.calls * 49 // 50)
                         for _ in acts)
        fills = 0
        for act, moment in zip(acts, moments):
            await self.reached(moment)
            if act == "kill":
                await self.kill()
            elif act == "clock":
                hours = self.random.choice([-5, -3, -1, 2, 4, 5])
                set_clock(clock, hours)
                print(f"{len(self.answered)} answers: the clock jumps to {hours:+d} h", flush=True)
            else:
                fills += 1
                await self.fill(ballast, kills=fills % 2 == 0)

    async def kill(self):
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.server.kill)
        print(f"{len(self.answered)} answers: killed", flush=True)
        started = time.monotonic()
        while not await loop.run_in_executor(None, self.server.start):
            if time.monotonic() > started + 120:
                sys.exit("the server did not start again: see " + str(self.server.log))
            await asyncio.sleep(0.2)

    async def fill(self, ballast, kills):
        """Fills the disk, waits, frees it again; the server must go on by itself."""
        with open(ballast, "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass
        before = len(self.answered)
        print(f"{before} answers: the disk is full", flush=True)
        await asyncio.sleep(1.5)
        if kills:
            # A server may refuse to start on a full disk; it must not lose anything either way.
            restart = asyncio.create_task(self.kill())
            await asyncio.sleep(1.5)
        ballast.unlink()
        if kills:
            await restart
        freed = len(self.answered)
        print(f"{freed} answers: the disk is free again", flush=True)
        end = time.monotonic() + 60
        while len(self.answered) < min(freed + 100, self.options.calls) and time.monotonic() < end:
            await asyncio.sleep(0.05)
        if time.monotonic() >= end:
            self.problems.append("no answers in the minute after the disk was free again")
            await self.kill()

    async def raise_budget(self, step):
        """Raises the limit each time it stops the callers."""
        limit = step
        while not self.done.is_set():
            self.exhausted.clear()
            waits = [asyncio.create_task(event.wait()) for event in (self.exhausted, self.done)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            if self.done.is_set():
                return
            await asyncio.sleep(0.3)
            limit += step
            await asyncio.get_running_loop().run_in_executor(None, set_budget, self.site, limit)
            await asyncio.sleep(1)


def set_clock(clock, hours):
    """Moves the server's wall clock at once, whether it runs or not."""
    with open(clock, "r+b") as file:
        file.write(struct.pack("<q", hours * 3600))


def shifted_clock(clock):
    """The environment of a server whose wall clock is set by a file."""
    clock.write_bytes(bytes(8))
    source, library = clock.with_suffix(".c"), clock.with_suffix(".so")
    source.write_text(CLOCK)
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        sys.exit("no C compiler here; --clock 0 does without")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "BEDSIDE_CLOCK": str(clock)}


def set_budget(site, limit):
    for _ in range(100):
        done = subprocess.run([BEDSIDE, "budget", "set", "--site", site, "--principal", HOLDER,
                               "--period", "total",
                               "--limit", f"{limit // 1_000_000}.{limit % 1_000_000:06d}"],
                              capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(0.3)
    sys.exit("bedside budget set failed: " + done.stderr.strip())


def cost(options):
    """About what all calls cost, in micro-units; the budget is raised in shares of it."""
    panel = options.calls * options.panel_share * 250_000
    tokens = options.calls * (1 - options.panel_share) * (220 * 2_000 + 49 * 10_000)
    return int(panel + tokens)


# What the ledger alone says afterwards

class Judge:
    """Replays the exported entries and keeps what breaks the rules."""

    def __init__(self):
        self.problems = []
        self.settled = {}                     # index: (digest of the idempotency key, quantities)
        self.bills = collections.Counter()
        self.counts = collections.Counter()
        self.most = 0                         # closest that spent and held came to the limit

    def problem(self, text):
        if len(self.problems) < 20:
            self.problems.append(text)

    def read(self, site):
        records = list(entries(site))
        resolved = {entry["body"]["call"] for entry in records
                    if entry["type"] in ("call.settled", "call.released")}
        limit, spent, held, holding, last = None, 0, {}, 0, 0
        for index, entry in enumerate(records):
            body = entry["body"]
            self.counts[entry["type"]] += 1
            if entry["type"] == "budget.set" and body["scope"] == f"principal:{HOLDER}":
                limit = body["limit_micros"]
            if entry["type"] == "call.reserved" and body["call"] in resolved:
                # A hold that a crash left behind ended with the process; it costs nothing.
                held[body["call"]] = body["hold_micros"]
                holding += body["hold_micros"]
            if entry["type"] == "call.released":
                holding -= held.pop(body["call"], 0)
            if entry["type"] == "call.settled":
                if body["call"] not in held:
                    self.problem(f"entry {index}: settled, but not reserved or already ended")
                holding -= held.pop(body["call"], 0)
                spent += body["price_micros"]
                self.settled[index] = (body.get("idempotency"), body["quantities"])
                self.bills[body.get("idempotency")] += 1
            if entry["type"].startswith("call.") and limit is not None:
                if spent + holding > limit:
                    self.problem(f"entry {index}: {spent} spent and {holding} held pass {limit}")
                self.most = max(self.most, (spent + holding) / limit)
            if entry["type"].startswith("call.") and entry["ts"] < last:
                self.counts["clock back"] += 1
            last = max(last, entry["ts"])
        self.spent = spent
        for digest, count in self.bills.items():
            if digest is None:
                self.problem(f"{count} settled calls without an idempotency key")
            elif count > 1:
                self.problem(f"idempotency key {digest[:12]} billed {count} times")

    def compare(self, answered):
        """Every answered call against its entry."""
        keys = {}
        for number, (index, usage) in answered.items():
            if index not in self.settled:
                self.problem(f"call {number}: answered with entry {index}, which settles nothing")
                continue
            digest, quantities = self.settled[index]
            if keys.setdefault(digest, number) != number:
                self.problem(f"calls {keys[digest]} and {number} share an entry")
            if usage and any(quantities.get(name) != count for name, count in usage.items()):
                self.problem(f"call {number}: billed {quantities}, answered {usage}")
        if len(self.bills) != len(answered):
            self.problem(f"{len(self.bills)} calls billed, {len(answered)} answered")


async def run(options, scratch, clock, ballast):
    upstream, upstream_port = start_upstream()
    site, key = make_site(scratch, HOLDER, TEAM)
    step = cost(options) // max(1, options.raises)
    set_budget(site, step)
    environment = {}
    if options.clock:
        environment = shifted_clock(clock)
    server = Server(site, scratch.parent / "server.log", upstream_port, environment)
    if not server.start():
        sys.exit("the server did not start: " + open(server.log).read()[-500:])
    world = World(options, site, key, server)
    started = time.monotonic()
    try:
        aside = [asyncio.create_task(world.harm(clock, ballast)),
                 asyncio.create_task(world.raise_budget(step))]
        callers = asyncio.gather(*(world.caller(options.seed * 1000 + number)
                                   for number in range(options.callers)))
        for finished in asyncio.as_completed([callers, aside[0]]):
            await finished
        world.done.set()
        await aside[1]
        elapsed = time.monotonic() - started
        resident, cpu = server.usage()
    finally:
        server.stop()
        upstream.terminate()
    return world, elapsed, resident


def main():
    options = arguments()
    if options.fills and not os.environ.get("BEDSIDE_CHAOS_INSIDE"):
        # A mount of its own, which ends with this process.
        how = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        os.execvpe("unshare", [*how, sys.executable, *sys.argv],
                   {**os.environ, "BEDSIDE_CHAOS_INSIDE": "1"})
    outer = pathlib.Path(tempfile.mkdtemp(prefix="bedside-chaos-", dir=options.directory))
    scratch = outer / "disk"
    scratch.mkdir()
    if options.fills:
        megabytes = 64 + options.calls * 12 // 1000
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", scratch],
                       check=True)
    try:
        world, elapsed, resident = asyncio.run(
            run(options, scratch, outer / "clock", scratch / "ballast"))
        site = world.site
        judge = Judge()
        judge.read(site)
        judge.compare(world.answered)
        verified = subprocess.run([BEDSIDE, "ledger", "verify", "--site", site],
                                  capture_output=True, text=True)
        if verified.returncode != 0:
            judge.problem("the ledger does not verify: " + verified.stdout.strip())
        if len(world.answered) != options.calls:
            judge.problem(f"{options.calls - len(world.answered)} calls never answered")
    finally:
        if options.fills:
            subprocess.run(["umount", "-l", scratch])
        if not options.keep:
            shutil.rmtree(outer, ignore_errors=True)
    statuses = ", ".join(f"{count} of {status}" for status, count in sorted(world.statuses.items()))
    print(f"{len(world.answered)} calls answered in {elapsed:.0f} s "
          f"({len(world.answered) / elapsed:.0f}/s) by {options.callers} callers: {statuses}, "
          f"{world.broken} without an answer, {world.replays} repetitions; {resident:.0f} MB")
    print(f"ledger: {sum(judge.counts[name] for name in judge.counts if '.' in name)} entries, "
          f"{judge.counts['call.settled']} settled, {judge.counts['call.released']} released, "
          f"{judge.counts['call.refused']} refused, {judge.counts['budget.set']} budgets; "
          f"{judge.spent} micro-units spent; spent and held came to {100 * judge.most:.4f} % of the limit")
    problems = world.problems + judge.problems
    for problem in problems[:20]:
        print("BROKEN:", problem)
    print("no answered call missing, none billed twice, no budget passed" if not problems
          else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    # Told to end, it still stops the server and removes the site.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    sys.exit(main())

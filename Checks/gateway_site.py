# SPDX-License-Identifier: Apache-2.0
"""What the checks of the gateway share: a site with terms, its server, a caller, an upstream.

Only the standard library and the program's own commands. `python3 gateway_site.py PORT` serves the
stand-in for a model's server by itself.
"""
import asyncio, json, os, pathlib, re, signal, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEDSIDE = os.environ.get("BEDSIDE", str(ROOT / ".build/release/bedside"))

PRICES = {
    "id": "standard", "version": "check", "effective": 0, "currency": "USD",
    "items": [
        {"model": "*", "meter": "prediction", "unit_price_micros": 250_000},
        {"model": "*", "meter": "prompt_tokens", "unit": 1000, "unit_price_micros": 2_500_000,
         "tiers": [{"from": 100_000, "unit_price_micros": 2_000_000}]},
        {"model": "*", "meter": "completion_tokens", "unit": 1000, "unit_price_micros": 10_000_000,
         "free_quota": 5_000}],
    "split": {"owner": 6000, "distributor": 3000, "platform": 1000}}


def command(*arguments, check=True):
    """Runs a command of the program; its standard output."""
    done = subprocess.run([BEDSIDE, *map(str, arguments)], capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"bedside {' '.join(map(str, arguments[:2]))} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def make_site(directory, holder, team=None):
    """A site with a licence, prices and a key of a licensee; the key."""
    site = str(directory / "site")
    command("init", "--site", site)
    sheet = directory / "prices.json"
    sheet.write_text(json.dumps(PRICES))
    command("price", "publish", sheet, "--site", site)
    command("licence", "grant", "--site", site, "--licensee", holder, "--until", "2100-01-01")
    key = command("key", "create", "--site", site, "--name", holder, "--licensee", holder,
                  *(["--team", team] if team else []))
    return site, key


class Server:
    """`bedside serve` as a child that can be killed and started again at the same port."""

    def __init__(self, site, log, upstream=None, environment=None):
        self.site, self.log, self.upstream = site, log, upstream
        self.environment = {**os.environ, **(environment or {})}
        self.port, self.process = 0, None

    def start(self, patience=120):
        """Starts and waits for the address; false where the server ended instead."""
        arguments = [BEDSIDE, "serve", "--site", self.site, "--port", str(self.port)]
        if self.upstream:
            arguments += ["--upstream", f"fake=http://127.0.0.1:{self.upstream}"]
        with open(self.log, "ab") as log:
            begun = log.tell()
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log, env=self.environment)
        end = time.monotonic() + patience
        while time.monotonic() < end and self.process.poll() is None:
            with open(self.log, "rb") as log:
                log.seek(begun)
                found = re.search(rb"http://[^\s/]*:(\d+)\b[^\n]*\n", log.read())
            if found:
                self.port = int(found[1])
                return True
            time.sleep(0.02)
        return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def usage(self):
        """Resident megabytes, and CPU seconds so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(") ", 1)[1].split()
        return (int(fields[21]) * os.sysconf("SC_PAGESIZE") / 1e6,
                (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))


class Caller:
    """One connection that is kept: sends a request, reads the whole answer."""

    def __init__(self, port, key):
        self.port, self.key, self.streams = port, key, None

    async def post(self, path, body, headers=(), timeout=20):
        """Status, headers and body of the answer; OSError where there was none."""
        try:
            return await asyncio.wait_for(self._post(path, body, headers), timeout)
        except (OSError, EOFError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                asyncio.TimeoutError, ValueError) as problem:
            self.close()
            raise OSError(type(problem).__name__) from problem

    async def _post(self, path, body, headers):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.key}\r\nContent-Length: {len(body)}\r\n"
                + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n")
        writer.write(head.encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        status = int(lines[0].split()[1])
        fields = {name.lower(): value.strip() for name, _, value in
                  (line.partition(":") for line in lines[1:] if line)}
        if fields.get("transfer-encoding") == "chunked":
            answer = b""
            while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                answer += (await reader.readexactly(size + 2))[:-2]
            await reader.readuntil(b"\r\n")
        else:
            answer = await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection", "").lower() == "close":
            self.close()
        return status, fields, answer

    def close(self):
        if self.streams:
            self.streams[1].close()
        self.streams = None


def usage_of(body):
    """The tokens that the stand-in states for a request: they follow from its bytes."""
    return {"prompt_tokens": 1 + sum(body) % 61, "completion_tokens": 1 + sum(body) % 97}


async def serve_upstream(port):
    """A stand-in for a model's server: tokens that follow from the request's bytes."""

    async def client(reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = re.search(r"\r\ncontent-length: *(\d+)", head)
                if length:
                    body = await reader.readexactly(int(length[1]))
                else:
                    body = b""
                    while "chunked" in head:
                        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
                        body += (await reader.readexactly(size + 2))[:-2]
                        if size == 0:
                            break
                text = json.loads(body)["messages"][-1]["content"].encode() if body else b""
                usage = usage_of(text)
                usage["total_tokens"] = sum(usage.values())
                answer = json.dumps({
                    "id": "stand-in", "object": "chat.completion", "created": 1, "model": "stand-in",
                    "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None,
                                 "message": {"role": "assistant", "content": "noted",
                                             "refusal": None}}],
                    "usage": usage}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(answer) + answer)
        except (OSError, EOFError, ValueError, KeyError, asyncio.LimitOverrunError):
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # It ends with whoever started it, however that ended.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


def start_upstream():
    """Starts the stand-in as a process of its own; the process and its port."""
    process = subprocess.Popen([sys.executable, __file__, "0"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def entries(site):
    """The whole ledger as `ledger export` writes it: one entry a line, the line's number its index."""
    process = subprocess.Popen([BEDSIDE, "ledger", "export", "--site", site],
                               stdout=subprocess.PIPE)
    for line in process.stdout:
        yield json.loads(line)
    if process.wait() != 0:
        sys.exit("bedside ledger export failed")


if __name__ == "__main__":
    asyncio.run(serve_upstream(int(sys.argv[1])))

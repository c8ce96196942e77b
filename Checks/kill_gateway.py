# SPDX-License-Identifier: Apache-2.0
"""10,000 calls at concurrency 32 while the server is killed and restarted three times.

Every caller repeats a call that got no answer under the same idempotency key, as a careful client
does. At the end the ledger must hold exactly one settled entry for every answered call.
"""
import http.client, json, pathlib, random, shutil, signal, socket, subprocess, sys, tempfile, threading, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEDSIDE = str(ROOT / ".build/release/bedside")
CALLS, CONCURRENCY, KILLS = 10_000, 32, 3


def start(site, port):
    process = subprocess.Popen([BEDSIDE, "serve", "--site", site, "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.05)
    sys.exit("the server did not answer")


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="bedside-calls-"))
    site = str(scratch / "site")
    subprocess.run([BEDSIDE, "init", "--site", site], check=True, stdout=subprocess.DEVNULL)
    key = subprocess.run([BEDSIDE, "key", "create", "--site", site, "--name", "load"], check=True,
                         capture_output=True, text=True).stdout.strip()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = [start(site, port)]
    case = json.dumps({"findings": [{"evidence": "E_53", "present": True}]})
    body = json.dumps({"model": "bedside-panel", "messages": [{"role": "user", "content": case}]})
    answered, replays, repeats = {}, [0], [0]
    lock, todo = threading.Lock(), iter(range(CALLS))

    def caller():
        connection = None
        while True:
            with lock:
                number = next(todo, None)
            if number is None:
                return
            while True:
                try:
                    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                    connection.request("POST", "/v1/chat/completions", body, {
                        "Authorization": "Bearer " + key, "Content-Type": "application/json",
                        "Idempotency-Key": f"call-{number}"})
                    response = connection.getresponse()
                    payload = response.read()
                    if response.status == 200:
                        json.loads(payload)
                        with lock:
                            answered[number] = int(response.headers["x-ledger-index"])
                            replays[0] += response.headers.get("x-idempotent-replay") == "true"
                        break
                except (OSError, http.client.HTTPException, ValueError):
                    connection = None
                with lock:
                    repeats[0] += 1
                time.sleep(0.05)

    threads = [threading.Thread(target=caller) for _ in range(CONCURRENCY)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for kill in range(1, KILLS + 1):
        while len(answered) < CALLS * kill // (KILLS + 1) + random.randrange(500):
            time.sleep(0.01)
        server[0].send_signal(signal.SIGKILL)
        server[0].wait()
        print(f"killed after {len(answered)} answers", flush=True)
        server[0] = start(site, port)
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - started
    server[0].send_signal(signal.SIGTERM)
    server[0].wait()

    shown = subprocess.run([BEDSIDE, "ledger", "show", "--site", site, "--last", "1000000"], check=True,
                           capture_output=True, text=True).stdout
    reserved, settled, billed = {}, {}, {}
    for line in shown.splitlines():
        index, record = line.split("\t", 1)
        record = json.loads(record)
        if record["type"] == "call.reserved":
            reserved[record["body"]["call"]] = record["body"].get("idempotency")
        if record["type"] == "call.settled":
            settled[int(index)] = record["body"]["call"]
            name = reserved[record["body"]["call"]]
            billed[name] = billed.get(name, 0) + 1
    verified = subprocess.run([BEDSIDE, "ledger", "verify", "--site", site], capture_output=True).returncode == 0
    without = sum(index not in settled for index in answered.values())
    twice = sum(count > 1 for count in billed.values())
    shared = len(answered) - len(set(answered.values()))
    print(f"{len(answered)} calls answered in {elapsed:.1f} s ({len(answered) / elapsed:.0f}/s), "
          f"{repeats[0]} repeated, {replays[0]} answered from an earlier receipt")
    print(f"answered without a ledger entry: {without}; billed twice: {twice}; "
          f"receipts shared by two calls: {shared}; calls billed: {len(billed)}; "
          f"ledger {'verifies' if verified else 'BROKEN'}")
    shutil.rmtree(scratch)
    return 0 if len(answered) == CALLS and not (without or twice or shared) and verified else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""A scripted OpenAI-compatible endpoint and a run of the benchmark against it.

The script is no intelligence: it asks three fixed questions, orders one test and then names a fixed
diagnosis. One reply in ten is malformed, late, refused by the server or declined by the model. The
run must finish every case, and the failures it counts must be those that were sent.

usage: scripted_model.py [CASES] [--agent model:scripted|panel+model:scripted]
Needs the release build (swift build -c release).
"""
import argparse
import collections
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sent = collections.Counter()
lock = threading.Lock()

TURNS = [
    {"questions": ["Do you have a fever?", "How long has this been going on?"], "tests": []},
    {"questions": [], "tests": ["full blood count with differential"]},
    {"questions": ["Any chest pain?"], "tests": []},
]


class Scripted(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        request = json.loads(body)
        assert self.headers["authorization"] == "Bearer secret-for-the-check", "the key must come"
        kind = self.fault(body)
        if kind == "malformed" and "response_format" not in request:
            kind = "fine"  # without a schema any text will do
        with lock:
            sent["requests"] += 1
            sent[kind] += 1
        if kind == "late":
            time.sleep(3)
        if kind == "refused":
            return self.reply(500, b'{"error":{"message":"scripted"}}')
        if kind == "declined":
            return self.message(None, refusal="I can't help with that.")
        text = self.script(request)
        self.message("{not json" if kind == "malformed" else text)

    @staticmethod
    def fault(body):
        """The same request meets the same fate every time, so that retries don't hide it."""
        number = int.from_bytes(hashlib.sha256(body).digest()[:4], "big") % 40
        return {0: "malformed", 1: "late", 2: "refused", 3: "declined"}.get(number, "fine")

    @staticmethod
    def script(request):
        text = request["messages"][1]["content"]
        if "response_format" not in request:
            return "Nothing to add."
        if "findings" in json.dumps(request["response_format"]):
            return json.dumps({"findings": [{"id": "fever", "outcome": "present"}]})
        turn = text.count("full blood count with differential:") + text.count("Do you have a fever")
        turn += text.count("Any chest pain")
        if "Are you sure" in text or turn >= 3:
            return json.dumps({
                "questions": [], "tests": [], "diagnosis": "Community-acquired pneumonia",
                "no_disease": False,
                "differential": [{"name": "Community-acquired pneumonia", "probability": 0.6},
                                 {"name": "Acute bronchitis", "probability": 0.3}]})
        return json.dumps(dict(TURNS[turn], diagnosis=None, no_disease=False, differential=[]))

    def message(self, content, refusal=None):
        body = json.dumps({
            "choices": [{"index": 0, "finish_reason": "stop",
                         "message": {"role": "assistant", "content": content,
                                     "refusal": refusal}}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20}}).encode()
        self.reply(200, body)

    def reply(self, status, body):
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except BrokenPipeError:
            pass


def bedside(*arguments, url):
    environment = dict(os.environ, BEDSIDE_MODEL_URL=url, BEDSIDE_MODEL_SECONDS="1",
                       BEDSIDE_MODEL_KEY="secret-for-the-check")
    done = subprocess.run([ROOT / ".build/release/bedside", *arguments], env=environment,
                          capture_output=True, text=True, timeout=900)
    return done


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="?", default="own:emergency")
    parser.add_argument("--agent", default="model:scripted")
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    folder = tempfile.mkdtemp(prefix="bedside-model-")
    try:
        run = bedside("benchmark", "run", "--cases", options.cases, "--agent", options.agent,
                      "--out", folder, "--threads", "8", "--json", url=url)
        assert run.returncode == 0, run.stderr
        result = json.loads(run.stdout)
        faults = {kind: sent[kind] for kind in ("malformed", "late", "refused", "declined")}
        print("sent:", dict(sent))
        print("counted:", result["failures"])
        print("cases:", result["n"], "correct:", result["correct"],
              "tokens:", result["prompt_tokens"])
        counted = {f["kind"]: f["count"] for f in result["failures"]}
        for kind, name in (("malformed", "malformed"), ("late", "timeout"),
                           ("refused", "refused-by-server"), ("declined", "declined")):
            number = counted.get(f"language model: {name}", 0)
            # What may pass is sent three times for one failure; the rest once.
            times = 3 if kind in ("late", "refused") else 1
            assert number * times == faults[kind], f"{kind}: sent {faults[kind]}, counted {number}"
        text = "".join(p.read_text() for p in pathlib.Path(folder).rglob("*") if p.is_file())
        assert "secret-for-the-check" not in text, "the key must not be kept"
        server.shutdown()
        replay = bedside("benchmark", "replay", folder, "--json", url="http://127.0.0.1:9/v1")
        print("replay without the server:", replay.stdout.strip())
        assert json.loads(replay.stdout)["identical"], replay.stdout
        print("scripted_model: no case aborted, every kind of failure counted, replay identical")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())

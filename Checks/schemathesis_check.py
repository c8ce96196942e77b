# SPDX-License-Identifier: Apache-2.0
"""Schemathesis against the gateway's own description of itself.

usage: python3 Checks/schemathesis_check.py [SECONDS] [options of `schemathesis run`]

Makes a site, a key and a server, and lets Schemathesis (PyPI; `pip install schemathesis`, command
from SCHEMATHESIS or the path) send valid and invalid requests to every operation of /openapi.json:
no 5xx, and no status, header, type or member that the description does not have. 422 counts as a
lawful answer to a valid request: a case may contradict itself, which no schema can forbid.
"""
import os, pathlib, shutil, subprocess, sys, tempfile
from gateway_site import Server, command

SCHEMATHESIS = os.environ.get("SCHEMATHESIS") or shutil.which("schemathesis")
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]
"""


def main():
    seconds = sys.argv[1] if len(sys.argv) > 1 else "600"
    if not SCHEMATHESIS:
        sys.exit("schemathesis not found: pip install schemathesis")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="bedside-schemathesis-"))
    site, config, log = str(scratch / "site"), scratch / "schemathesis.toml", scratch / "server.log"
    config.write_text(CONFIG)
    command("init", "--site", site)
    key = command("key", "create", "--site", site, "--name", "schemathesis")
    server = Server(site, log)
    try:
        if not server.start():
            sys.exit("the server did not start")
        run = subprocess.run(
            [SCHEMATHESIS, "--config-file", str(config), "run",
             f"http://127.0.0.1:{server.port}/openapi.json", "--max-time", seconds,
             "--header", f"Authorization: Bearer {key}", "--suppress-health-check", "all",
             "--continue-on-failure", "--no-color", *sys.argv[2:]], cwd=scratch)
        alive = server.process.poll() is None
        failed = sum('"status":5' in line for line in log.read_text(errors="replace").splitlines())
        print(f"server alive at the end: {alive}; answers of 5xx in its log: {failed}")
        return 0 if run.returncode == 0 and alive and not failed else 1
    finally:
        if server.process:
            server.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

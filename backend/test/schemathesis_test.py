"""Schemathesis, which nobody here wrote, asks a running Tapri everything that openapi/v1.json says may be asked, and more.

For each operation it makes requests that fit the schema and requests that do not, and holds every answer against the document:
no server error, no status, content type or body that the document does not name, and what fits is done (schemathesis_hooks.py
says which refusals are right all the same). It asks as nobody and as a person who has posts, pictures, comments and apps. Seed and number
are fixed, so that a run is what the run before was.

    TAPRI_LIMITS__ENABLED=false TAPRI_PASSWORDS__BCRYPT_COST=4 \\
        scripts/python.sh scripts/with-tapri.sh up python backend/test/schemathesis_test.py

Arguments go to Schemathesis: `--include-path-regex webhooks`, `--max-examples 500`.
"""

import json
import os
import pathlib
import secrets
import struct
import subprocess
import sys
import tempfile
import zlib

import requests

ORIGIN = os.environ.get("TAPRI_ORIGIN", "http://localhost:3000")
API = f"{ORIGIN}/api/v1"
HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "openapi" / "v1.json"

SEED = 1
EXAMPLES = 15
# How often a real name or id stands where one is asked for; otherwise Schemathesis makes one up.
REAL = 0.7
OPTIONS = [
    f"--seed={SEED}",
    "--generation-database=none",
    "--phases=examples,coverage,fuzzing",
    "--exclude-checks=positive_data_acceptance",
    "--continue-on-failure",
    "--no-shrink",
    "--warnings=off",
    "--no-color",
    "--request-timeout=30",
]


class Person:
    """Somebody with an account of their own."""

    def __init__(self, name):
        self.name = f"{name}.{secrets.token_hex(3)}"
        self.session = requests.Session()
        self.password = secrets.token_urlsafe(16)
        body = {"username": self.name, "email": f"{self.name}@people.example", "password": self.password}
        self.token = self.asks("POST", "/auth/register", json=body)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    def asks(self, method, path, **more):
        reply = self.session.request(method, f"{API}{path}", timeout=30, **more)
        if not reply.ok:
            raise AssertionError(f"{method} {path}: {reply.status_code} {reply.text}")
        return reply.json()["data"]

    def posts(self, number, **body):
        return [self.asks("POST", "/posts", json={"title": f"Chai {n}", **body})["post_id"] for n in range(number)]

    def talks(self, post, number):
        body = {"text": "Where is this?"}
        return [self.asks("POST", f"/posts/{post}/comments", json=body)["comment_id"] for _ in range(number)]

    def uploads(self, number):
        file = {"file": ("chai.png", png(), "image/png")}
        return [self.asks("POST", "/media", files=file)["media_id"] for _ in range(number)]

    def registers_apps(self, number):
        body = {"client_name": "Chai Printer", "client_type": "public", "redirect_uris": ["https://chai.example/back"]}
        return [self.asks("POST", "/apps", json=body)["client_id"] for _ in range(number)]

    def signs_in_elsewhere(self, number):
        for _ in range(number):
            requests.post(f"{API}/auth/login", json={"login": self.name, "password": self.password}, timeout=30)
        return [each["session_id"] for each in self.asks("GET", "/auth/sessions")["items"] if not each["current"]]


def png():
    """One grey dot."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")


def what_is_there(asha, bilal):
    """Names and ids for the parameters of paths: much of Asha's own, since she takes some of it away, and some of Bilal's."""
    own = asha.posts(30)
    others = bilal.posts(3) + bilal.posts(1, visibility="private")
    return {
        "username": [bilal.name, asha.name],
        "post_id": own + others,
        "comment_id": asha.talks(own[0], 20) + bilal.talks(others[0], 2),
        "media_id": asha.uploads(20) + bilal.uploads(1),
        "client_id": asha.registers_apps(20) + bilal.registers_apps(1),
        "session_id": asha.signs_in_elsewhere(3),
    }


def settings(there):
    """Schemathesis' own settings: where what is there is to be used."""
    lines = [f'hooks = {json.dumps(str(HERE / "schemathesis_hooks.py"))}', ""]
    for name, values in there.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}", ""]
    lines.append("[parameters]")
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {REAL} }}' for name in there]
    # An authorization server must ignore parameters that it does not know (RFC 6749, section 3.1).
    lines += ["", "[[operations]]", 'include-path-regex = "^/oauth/"', "checks.negative_data_rejection.enabled = false"]
    return "\n".join(lines) + "\n"


def asks(work, who, token, config, arguments):
    """Starts Schemathesis in a folder of its own."""
    folder = work / who
    folder.mkdir()
    (folder / "schemathesis.toml").write_text(config)
    header = [f"--header=Authorization: Bearer {token}"] if token else []
    command = ["st", "run", str(DOCUMENT), f"--url={ORIGIN}", *OPTIONS, *header]
    if not any(argument.startswith(("-n", "--max-examples")) for argument in arguments):
        command.append(f"--max-examples={EXAMPLES}")
    output = open(folder / "output", "w+", encoding="utf-8")
    process = subprocess.Popen([*command, *arguments], cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    return who, process, output


def main(arguments):
    asha, bilal = Person("asha"), Person("bilal")
    config = settings(what_is_there(asha, bilal))
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        runs = [asks(work, "nobody", None, config, arguments), asks(work, "a person", asha.token, config, arguments)]
        for who, process, output in runs:
            status = process.wait()
            failed += status != 0
            with output:
                output.seek(0)
                told = output.read()
            print(f"Asked as {who}:\n{told if status else summary(told)}")
    return 1 if failed else 0


def summary(told):
    """What matters of a run that found nothing."""
    return "\n".join(line for line in told.splitlines() if "generated" in line or "Tested:" in line or " in " in line and "=" in line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Schemathesis, which nobody here wrote, asks a running Tapri everything that openapi/v1.json says may be asked, and more.

For each operation it makes requests that fit the schema and requests that do not, and holds every answer against the document:
no server error, no status, content type or body that the document does not name, and what fits is done (schemathesis_hooks.py
says which refusals are right all the same). It asks as nobody, as a person who has posts, pictures, comments and apps, and
what admins may do as an admin. Seed and number are fixed, so that a run is what the run before was.

    make test STEPS=schemathesis

The admin is the first person of backend/test/people.csv (TAPRI_TEST_PEOPLE). Arguments go to Schemathesis: `--max-examples=500`.
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
ADMIN, ADMINS_PASSWORD = "meera", "an operator of the tests"
HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "openapi" / "v1.json"

SEED = 1
EXAMPLES = 15
# What only moderators and admins may do.
ADMINS_PART = "^/api/v1/(admin|moderation)/"
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


def asks(method, path, session=requests, **more):
    """The `data` of an answer that must be a success."""
    reply = session.request(method, f"{API}{path}", timeout=30, **more)
    if not reply.ok:
        raise AssertionError(f"{method} {path}: {reply.status_code} {reply.text}")
    return reply.json()["data"]


class Person:
    """Somebody with an account of their own."""

    def __init__(self, name, password, tokens):
        self.name, self.password, self.token = name, password, tokens["access_token"]
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.token}"

    @classmethod
    def signs_up(cls, name):
        name, password = f"{name}.{secrets.token_hex(3)}", secrets.token_urlsafe(16)
        body = {"username": name, "email": f"{name}@people.example", "password": password}
        return cls(name, password, asks("POST", "/auth/register", json=body))

    @classmethod
    def signs_in(cls, name, password):
        return cls(name, password, asks("POST", "/auth/login", json={"login": name, "password": password}))

    def asks(self, method, path, **more):
        return asks(method, path, self.session, **more)

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
            self.signs_in(self.name, self.password)
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


class Run:
    """One Schemathesis, begun at once, in a folder of its own."""

    def __init__(self, work, who, there, options):
        self.who = who
        folder = work / who.replace(" ", "-")
        folder.mkdir()
        (folder / "schemathesis.toml").write_text(settings(there))
        self.output = open(folder / "output", "w+", encoding="utf-8")
        command = ["st", "run", str(DOCUMENT), f"--url={ORIGIN}", *OPTIONS, *options]
        self.process = subprocess.Popen(command, cwd=folder, stdout=self.output, stderr=subprocess.STDOUT)

    def ends(self):
        """Tells what it found; whether that is nothing."""
        status = self.process.wait()
        with self.output as output:
            output.seek(0)
            told = output.read()
        print(f"Asked as {self.who}: {told if status else summary(told)}")
        return status == 0


def summary(told):
    """What matters of a run that found nothing."""
    return ", ".join(line.strip(" =") for line in told.splitlines() if " generated, " in line or "No issues found" in line)


def main(arguments):
    if not any(argument.startswith(("-n", "--max-examples")) for argument in arguments):
        arguments = [f"--max-examples={EXAMPLES}", *arguments]
    asha, bilal = Person.signs_up("asha"), Person.signs_up("bilal")
    there = what_is_there(asha, bilal)
    # An admin takes roles and suspends: from people of their own, so that Asha can go on.
    subjects = {"username": [Person.signs_up("chitra").name for _ in range(5)]}
    meera = Person.signs_in(ADMIN, ADMINS_PASSWORD)
    bearer = lambda person: f"--header=Authorization: Bearer {person.token}"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        runs = [
            Run(work, "nobody", there, arguments),
            Run(work, "a person", there, [bearer(asha), *arguments]),
            Run(work, "an admin", subjects, [bearer(meera), f"--include-path-regex={ADMINS_PART}", *arguments]),
        ]
        found_nothing = [run.ends() for run in runs]
    return 0 if all(found_nothing) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

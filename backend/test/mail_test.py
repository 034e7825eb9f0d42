"""Mail through a real SMTP server that nobody here wrote, aiosmtpd, over TLS with a certificate of one's own.

It starts the server, then a Tapri that is told of it and of the certificate, and plays signing up, confirming the address and
choosing a new password by the link: once with TLS from the first byte, once with STARTTLS and a password, and once with a
certificate that Tapri was not told of, where no mail may go. It ends with a status other than 0 where something is not as
it should be.

    scripts/python.sh python backend/test/mail_test.py
"""

import datetime
import email
import email.policy
import os
import pathlib
import random
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = "asha@people.example"
# A letter comes when its job is done, in another process: it is looked for this long.
PATIENCE = 20
# So long a letter is waited for that must not come.
SILENCE = 3


def make_certificates(directory):
    """A root and a certificate of "localhost" under it; returns the server's context and the root's file."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def certificate(name, key, issuer, issuer_key, *extensions):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(issuer_key, hashes.SHA256())

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Root", root_key, None, root_key, (x509.BasicConstraints(ca=True, path_length=0), True))
    name = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    leaf = certificate("localhost", key, root.subject, root_key, (name, False))
    pem = serialization.Encoding.PEM
    (directory / "root.pem").write_bytes(root.public_bytes(pem))
    (directory / "server.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + leaf.public_bytes(pem)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(directory / "server.pem")
    return context, directory / "root.pem"


class Keep:
    """Keeps every letter as a file, in the order in which they come."""

    def __init__(self, directory):
        self.directory = directory
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        part = self.directory / f"{self.count:04}.part"
        part.write_bytes(envelope.content)
        part.rename(self.directory / f"{self.count:04}.eml")
        return "250 kept"


def free_port():
    """A port below those that the system hands out by itself, so that nothing takes it meanwhile."""
    while True:
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", random.randrange(20000, 32000)))
            except OSError:
                continue
            return listener.getsockname()[1]


def knows(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"tapri", b"p@ss word")
    return AuthResult(success=good, handled=good)


def newest(mailbox, after):
    """The letter that comes after the first `after`."""
    end = time.monotonic() + PATIENCE
    path = mailbox / f"{after + 1:04}.eml"
    while time.monotonic() < end:
        if path.exists():
            return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        time.sleep(0.05)
    sys.exit(f"no letter came within {PATIENCE} s")


def story(mailbox, delivered):
    """What a person does, against the Tapri of the environment."""
    api = os.environ["TAPRI_ORIGIN"] + "/api/v1"

    def call(path, body, status=200, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.post(f"{api}/{path}", json=body, headers=headers, timeout=20)
        if answer.status_code != status:
            sys.exit(f"{path} was answered with {answer.status_code}: {answer.text}")
        return answer.json()["data"]

    account = {"username": "asha", "email": ADDRESS, "password": "chai without sugar"}
    token = call("auth/register", account, 201)["access_token"]
    if not delivered:
        time.sleep(SILENCE)
        if any(mailbox.iterdir()):
            sys.exit("a letter went to a server whose certificate nobody vouches for")
        return
    letter = newest(mailbox, 0)
    assert letter["To"] == ADDRESS and letter["From"] == "Tapri <hello@people.example>", letter
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Message-ID"].endswith("@people.example>"), letter
    code = re.search(r"\b\d{6}\b", letter.get_content()).group()
    call("auth/email/confirm", {"code": code}, token=token)
    call("auth/password/forgot", {"email": ADDRESS})
    link = re.search(r"\S+/reset-password#token=(\S+)", newest(mailbox, 1).get_content())
    assert link.group().startswith(os.environ["TAPRI_ORIGIN"]), link
    call("auth/password/reset", {"token": link.group(1), "new_password": "two spoons of ginger"})
    assert newest(mailbox, 2)["Subject"] == "Your password was changed"
    call("auth/login", {"login": ADDRESS, "password": "two spoons of ginger"})


def play(name, controller, mailbox, smtp, ca_file, delivered=True):
    """Runs the story in a Tapri that hands its mail to `controller`."""
    controller.start()
    try:
        environment = {
            **os.environ,
            "TAPRI_MAIL__SMTP": smtp.format(port=controller.port),
            "TAPRI_MAIL__FROM": "Tapri <hello@people.example>",
            "TAPRI_MAIL__CA_FILE": str(ca_file or ""),
            "TAPRI_PASSWORDS__BCRYPT_COST": "4",
        }
        wanted = "delivered" if delivered else "refused"
        command = [ROOT / "scripts/with-tapri.sh", "up", sys.executable, __file__, "story", mailbox, wanted]
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            sys.exit(f"{name}: failed")
        print(f"{name}: good")
    finally:
        controller.stop()


def main():
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        context, root = make_certificates(directory)
        boxes = [directory / name for name in ("wrapped", "starttls", "stranger")]
        for box in boxes:
            box.mkdir()

        def listening():
            return {"hostname": "127.0.0.1", "port": free_port(), "server_hostname": "localhost"}

        wrapped = Controller(Keep(boxes[0]), ssl_context=context, **listening())
        play("TLS from the first byte", wrapped, boxes[0], "smtps://localhost:{port}", root)
        asks = {"authenticator": knows, "auth_required": True}
        starttls = Controller(Keep(boxes[1]), tls_context=context, require_starttls=True, **asks, **listening())
        address = "smtp://tapri:p%40ss%20word@localhost:{port}?tls=required"
        play("STARTTLS and a password", starttls, boxes[1], address, root)
        stranger = Controller(Keep(boxes[2]), ssl_context=context, **listening())
        play("a certificate that is not trusted", stranger, boxes[2], "smtps://localhost:{port}", None, delivered=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["story"]:
        story(pathlib.Path(sys.argv[2]), sys.argv[3] == "delivered")
    else:
        main()

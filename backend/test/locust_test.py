"""What a community asks of Tapri: people who read, like and post, and apps of others that act for them.

    make load            Locust's page at http://localhost:8089, on a community that was made up by `tapri seed`
    make load-report     the same without the page, for a minute; a report with percentiles, failures and memory

Each class is a kind of user; `weight` is its share. A call that is not answered as it should be is a failure. To add
something that people do, add a task to the class of those who do it; a new kind of user is a class.

TAPRI_ORIGIN is where Tapri is, TAPRI_TEST_PASSWORD the password of the people there; `load_memory` tells of the rest.
"""

import base64
import hashlib
import os
import random
import secrets
import struct
import time
import zlib
from urllib.parse import parse_qs, urlencode, urlparse

from locust import FastHttpUser, between, events, task
from locust.exception import StopUser

import load_memory

ORIGIN = os.environ.get("TAPRI_ORIGIN", "http://localhost:3000")
PASSWORD = os.environ.get("TAPRI_TEST_PASSWORD", "")
API = "/api/v1"
REDIRECT_URI = "http://127.0.0.1:9/callback"
SCOPES = ["profile:read", "posts:read", "feed:read", "likes:write", "offline_access"]
# An access token is good for ten minutes.
RENEW_AFTER = 8 * 60

WORDS = ["rain", "steam", "harbour", "lamp", "window", "quiet", "train", "copper", "roof", "morning"]

load_memory.watch(events)


def png(width, height):
    """A picture as somebody would upload it: a slope of colour, another one each time."""
    tint = random.randbytes(3)
    rows = []
    for down in range(height):
        pixel = bytes(part * down // height for part in tint)
        rows.append(b"\0" + pixel * width)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class Town:
    """What all users know of the community: names and posts that somebody has seen. Filled by the first who comes."""

    names = []
    posts = []


class Person(FastHttpUser):
    """Somebody of the community, signed in once; their session is renewed as the web app would."""

    abstract = True
    host = ORIGIN
    wait_time = between(1, 4)
    session = "token"

    def on_start(self):
        if not Town.names:
            self.look_around()
        self.sign_in(random.choice(Town.names))

    def look_around(self):
        """Finds people and posts, as whoever comes without an account does."""
        names, cursor = set(), None
        for _ in range(5):
            page = self.read("/feed/explore", {"limit": 100, **({"cursor": cursor} if cursor else {})})
            names.update(post["author"]["username"] for post in page["items"])
            Town.posts.extend(post["post_id"] for post in page["items"])
            cursor = page["next_cursor"]
            if not cursor:
                break
        Town.names = sorted(names)
        if not Town.names:
            raise StopUser("there is nobody here; make people up with `tapri seed`")

    def sign_in(self, name):
        body = {"login": name, "password": PASSWORD, "session": self.session}
        self.keep(self.ask("POST", "/auth/login", json=body))

    def keep(self, data):
        self.token = data["access_token"]
        self.refresh_token = data.get("refresh_token")
        self.renew_at = time.monotonic() + RENEW_AFTER

    def ask(self, method, path, name=None, **more):
        """The `data` of an answer; whoever is not answered goes home."""
        headers = more.pop("headers", {})
        if getattr(self, "token", None):
            if self.refresh_token and time.monotonic() > self.renew_at:
                self.renew_at = float("inf")
                self.keep(self.ask("POST", "/auth/refresh", json={"refresh_token": self.refresh_token}))
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        reply = self.client.request(method, f"{API}{path}", name=name or path.split("?")[0], headers=headers, **more)
        if not reply.ok:
            raise StopUser(f"{method} {path}: {reply.status_code}")
        return reply.json()["data"]

    def read(self, path, query=None, name=None):
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path, name or path)

    def some_post(self):
        return random.choice(Town.posts)


class Reader(Person):
    """Looks at feeds, profiles, posts and pictures. Most people, most of the time."""

    weight = 12

    @task(8)
    def home(self):
        self.look_at(self.read("/feed/home", {"limit": 20}))

    @task(4)
    def explore(self):
        self.look_at(self.read("/feed/explore", {"limit": 20}))

    @task(4)
    def profile(self):
        name = random.choice(Town.names)
        self.read(f"/users/{name}", name="/users/{username}")
        self.look_at(self.read(f"/users/{name}/posts", {"limit": 20}, name="/users/{username}/posts"))

    @task(6)
    def post(self):
        post = self.some_post()
        self.read(f"/posts/{post}", name="/posts/{post_id}")
        self.read(f"/posts/{post}/comments", name="/posts/{post_id}/comments")

    @task(1)
    def search(self):
        self.read("/search", {"q": random.choice(Town.names)[:2]})

    def look_at(self, page):
        """The first pictures of a page, as a screen shows them."""
        pictures = [media for post in page["items"] for media in post["media"]]
        for picture in pictures[:4]:
            address = urlparse(picture["variants"][0]["url"])
            self.client.get(address._replace(scheme="", netloc="").geturl(), name="/media")


class Liker(Reader):
    """Reads too, and likes, comments and follows."""

    weight = 4

    @task(12)
    def like(self):
        path = f"/posts/{self.some_post()}/like"
        self.ask("PUT", path, name="/posts/{post_id}/like")
        if random.random() < 0.2:
            self.ask("DELETE", path, name="/posts/{post_id}/like")

    @task(4)
    def comment(self):
        words = " ".join(random.choices(WORDS, k=random.randint(1, 8)))
        self.ask("POST", f"/posts/{self.some_post()}/comments", name="/posts/{post_id}/comments", json={"text": words})

    @task(2)
    def follow(self):
        self.me = getattr(self, "me", None) or self.read("/me")["username"]
        name = random.choice(Town.names)
        if name != self.me:
            self.ask("PUT", f"/users/{name}/follow", name="/users/{username}/follow")


class Poster(Reader):
    """Reads too, and posts: now a few words, now a picture."""

    weight = 1

    @task(6)
    def words(self):
        self.publish({"title": "Midnight Chai", "caption": " ".join(random.choices(WORDS, k=12))})

    @task(4)
    def picture(self):
        boundary = secrets.token_hex(16)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        body = head.encode() + png(1200, 900) + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        media = self.ask("POST", "/media", data=body, headers=headers)
        self.publish({"caption": random.choice(WORDS), "media_ids": [media["media_id"]]})

    def publish(self, post):
        Town.posts.append(self.ask("POST", "/posts", json=post)["post_id"])


class App(Person):
    """An app of somebody else, let in by a person in a browser: the code flow with PKCE, then what was allowed, and refreshes."""

    weight = 3
    session = "cookie"

    def on_start(self):
        super().on_start()
        body = {"client_name": f"Chai {secrets.token_hex(3)}", "redirect_uris": [REDIRECT_URI], "client_type": "public"}
        self.client_id = self.ask("POST", "/apps", json=body)["client_id"]
        verifier = secrets.token_urlsafe(48)
        code = self.code(verifier)
        # From here on it is the app that speaks, and not the browser any more.
        self.client.cookiejar.clear()
        self.redeem({
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": verifier,
        })

    def sign_in(self, name):
        self.csrf = self.read("/auth/csrf")["csrf_token"]
        body = {"login": name, "password": PASSWORD, "session": self.session}
        data = self.ask("POST", "/auth/login", json=body, headers=self.as_page())
        self.csrf = data["csrf_token"]
        self.keep(data)

    def as_page(self):
        """What the web app sends with what cookies stand behind."""
        return {"X-CSRF-Token": self.csrf, "Origin": ORIGIN}

    def code(self, verifier):
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = urlencode({
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT_URI, "scope": " ".join(SCOPES),
            "state": "load", "code_challenge": challenge, "code_challenge_method": "S256",
        })
        reply = self.client.get(f"/oauth/authorize?{query}", name="/oauth/authorize", allow_redirects=False)
        page = parse_qs(urlparse(reply.headers.get("location", "")).query)
        if "request" not in page:
            raise StopUser(f"the browser was sent to {reply.headers.get('location')}")
        request = page["request"][0]
        self.read("/consent", {"request": request})
        body = {"request": request, "decision": "allow", "scopes": SCOPES}
        back = self.ask("POST", "/consent", json=body, headers=self.as_page())["redirect_to"]
        return parse_qs(urlparse(back).query)["code"][0]

    def redeem(self, form):
        body = urlencode({"client_id": self.client_id, **form})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        name = f"/oauth/token ({form['grant_type']})"
        reply = self.client.post("/oauth/token", data=body, headers=headers, name=name)
        if not reply.ok:
            raise StopUser(f"{name}: {reply.status_code}")
        tokens = reply.json()
        self.token, self.refresh_token, self.renew_at = tokens["access_token"], None, float("inf")
        self.app_refresh_token = tokens["refresh_token"]

    @task(3)
    def refresh(self):
        self.redeem({"grant_type": "refresh_token", "refresh_token": self.app_refresh_token})

    @task(4)
    def feed(self):
        self.read("/feed/home", {"limit": 20})

    @task(2)
    def who(self):
        self.read("/me")

    @task(2)
    def like(self):
        self.ask("PUT", f"/posts/{self.some_post()}/like", name="/posts/{post_id}/like")

// A person with a browser, played by the calls that the web app makes: signing up, registering an app, pressing "Allow",
// typing a device's code. No OAuth client is made here: that is the business of whoever is tested.

import { randomBytes } from "node:crypto";

export const ORIGIN = process.env.TAPRI_ORIGIN ?? "http://localhost:3000";
const API = `${ORIGIN}/api/v1`;

/** Ends the run with `words` where `isSo` is false. */
export function check(isSo, words) {
  if (!isSo) throw new Error(words);
}

export class Person {
  #cookies = new Map();
  #csrf = "";
  #token = "";

  /** Somebody new. */
  static async signsUp(name) {
    const person = new Person();
    await person.#api("GET", "/auth/csrf", 200);
    const username = `${name}.${randomBytes(4).toString("hex")}`;
    const password = randomBytes(16).toString("hex");
    const body = { username, email: `${username}@people.example`, password, session: "cookie" };
    const data = await person.#api("POST", "/auth/register", 201, body);
    person.user = data.user;
    return person;
  }

  /** Registers an app, with the names of RFC 7591. */
  registers(app) {
    return this.#api("POST", "/apps", 201, app);
  }

  posts(title) {
    return this.#api("POST", "/posts", 201, { title });
  }

  /** Follows a link of an app and allows `scopes` where asked; where the browser comes back to. */
  async visits(link, scopes) {
    const page = await this.#follows(link);
    if (!page.href.startsWith(`${ORIGIN}/oauth/consent?`)) return page;
    const request = page.searchParams.get("request");
    await this.#api("GET", `/consent?request=${encodeURIComponent(request)}`, 200);
    const decided = await this.#api("POST", "/consent", 200, { request, decision: "allow", scopes });
    return new URL(decided.redirect_to);
  }

  /** Types the code of a device and allows `scopes`. */
  async allowsDevice(userCode, scopes) {
    const shown = await this.#api("GET", `/device?user_code=${encodeURIComponent(userCode)}`, 200);
    await this.#api("POST", "/device", 200, { user_code: userCode, decision: "allow", scopes });
    return shown;
  }

  async #follows(link) {
    const reply = await fetch(link, { redirect: "manual", headers: { cookie: this.#cookie() } });
    this.#keep(reply);
    check(reply.status === 303, `${link} answered ${reply.status}: ${await reply.text()}`);
    return new URL(reply.headers.get("location"), ORIGIN);
  }

  async #api(method, path, status, body) {
    const headers = { origin: ORIGIN, cookie: this.#cookie(), "content-type": "application/json" };
    if (this.#csrf) headers["x-csrf-token"] = this.#csrf;
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    const reply = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
    this.#keep(reply);
    const text = await reply.text();
    check(reply.status === status, `${method} ${path} answered ${reply.status}: ${text}`);
    const { data } = JSON.parse(text);
    this.#csrf = data.csrf_token ?? this.#csrf;
    this.#token = data.access_token ?? this.#token;
    return data;
  }

  #cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #keep(reply) {
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      this.#cookies.set(name, value);
    }
  }
}

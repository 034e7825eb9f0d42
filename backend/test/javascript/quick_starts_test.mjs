// The quick starts of docs/oauth.md, taken from the page and run as they stand there: JavaScript here, Python and Rust in
// programs of their own. The Rust program tells the whole story of the `openidconnect` crate besides.
//
//     node quick_starts_test.mjs PYTHON RUST_PROGRAM    with TAPRI_ORIGIN in the environment

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

import { ORIGIN, Person, check } from "./person.mjs";
import { serve } from "./person_server.mjs";

const [python, rust] = process.argv.slice(2);
const REDIRECT_URI = "https://printer.example/callback";
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

/** The lines of the first block in `language`. */
function lines(language) {
  const page = readFileSync(new URL("../../../docs/oauth.md", import.meta.url), "utf8");
  const [, block] = new RegExp("```" + language + "\n(.*?)```", "s").exec(page) ?? [];
  check(block, `docs/oauth.md has no quick start in ${language}`);
  check(block.trim().split("\n").length === 6, `the quick start in ${language} has six lines`);
  return block;
}

/** Runs the lines in JavaScript; whom userinfo is about. */
async function javascript(app) {
  const program = `import * as client from "openid-client";
    export async function run({ origin, clientId, clientSecret, redirect_uri, options, visit }) {
    ${lines("js")} return person; }`;
  const file = new URL("node_modules/.quick_start.mjs", import.meta.url);
  writeFileSync(file, program);
  const { run } = await import(file);
  const { allowInsecureRequests } = await import("openid-client");
  const { preferred_username } = await run({
    origin: ORIGIN,
    clientId: app.client_id,
    clientSecret: app.client_secret,
    redirect_uri: REDIRECT_URI,
    options: { execute: [allowInsecureRequests] },
    visit: (url) => bilal.visits(url, ["profile"]),
  });
  return preferred_username;
}

/** Runs a program, whose output is ours; it must end well. */
async function program(command, args, environment, input = "") {
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ["pipe", "inherit", "inherit"] });
  child.stdin.end(input);
  const status = await new Promise((ended) => child.on("close", ended));
  check(status === 0, `${command} ended with ${status}`);
}

const PYTHON = `
import os
import urllib.parse
import urllib.request
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

def variable(name):
    return os.environ[f"TAPRI_TEST_{name}"]

def visit(url):
    query = urllib.parse.urlencode({"url": url, "scopes": "profile"})
    return urllib.request.urlopen(f"{variable('PERSON')}/visit?{query}").read().decode()

origin, client_id, client_secret = os.environ["TAPRI_ORIGIN"], variable("CLIENT_ID"), variable("CLIENT_SECRET")
redirect_uri = variable("REDIRECT_URI")
`;

const bilal = await Person.signsUp("bilal");
const asha = await Person.signsUp("asha");
const client_type = "confidential";
const app = await asha.registers({ client_name: "Chai Printer", redirect_uris: [REDIRECT_URI], client_type });
const frame = await asha.registers({
  client_name: "Wall Frame",
  redirect_uris: [],
  client_type: "public",
  grant_types: [DEVICE, "refresh_token"],
});
const person = await serve(bilal);
const environment = {
  TAPRI_ORIGIN: ORIGIN,
  TAPRI_TEST_PERSON: person.url,
  TAPRI_TEST_CLIENT_ID: app.client_id,
  TAPRI_TEST_CLIENT_SECRET: app.client_secret,
  TAPRI_TEST_DEVICE_ID: frame.client_id,
  TAPRI_TEST_REDIRECT_URI: REDIRECT_URI,
  TAPRI_TEST_USERNAME: bilal.user.username,
};

check((await javascript(app)) === bilal.user.username, "the quick start in JavaScript is about somebody else");
console.log("ok: the quick start in JavaScript");
const end = `\nassert person["preferred_username"] == variable("USERNAME"), person\n`;
await program(python, ["-"], { ...environment, AUTHLIB_INSECURE_TRANSPORT: "1" }, PYTHON + lines("python") + end);
console.log("ok: the quick start in Python");
await program(rust, [], environment);
person.stop();

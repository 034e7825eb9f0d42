// The receivers of docs/webhooks.md, taken from the page and run as they stand there, in JavaScript and in Python: they
// read what is signed, and nothing else. What is signed here is the example of the Standard Webhooks specification, which
// the server's own signature is held to as well.
//
//     node webhooks_test.mjs PYTHON

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [python] = process.argv.slice(2);
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = 1614265330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const OTHER = "v1,AAAASsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OEA=";

const headers = (signature) => ({
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": String(NOW),
  "webhook-signature": signature,
});

/** What is sent, and whether it is to be read. */
const CASES = [
  { headers: headers(SIGNATURE), body: BODY, now: NOW, good: true },
  { headers: headers(`${OTHER} ${SIGNATURE}`), body: BODY, now: NOW + 299, good: true },
  { headers: headers(OTHER), body: BODY, now: NOW, good: false },
  { headers: headers("v2" + SIGNATURE.slice(2)), body: BODY, now: NOW, good: false },
  { headers: headers("v1,"), body: BODY, now: NOW, good: false },
  { headers: headers(SIGNATURE), body: BODY + " ", now: NOW, good: false },
  { headers: headers(SIGNATURE), body: BODY, now: NOW + 301, good: false },
  { headers: headers(SIGNATURE), body: BODY, now: NOW - 301, good: false },
];

/** The first block in `language`. */
function block(language) {
  const page = readFileSync(new URL("../../../docs/webhooks.md", import.meta.url), "utf8");
  const [, lines] = new RegExp("```" + language + "\n(.*?)```", "s").exec(page) ?? [];
  assert.ok(lines, `docs/webhooks.md has no receiver in ${language}`);
  return lines;
}

const PYTHON = `
import sys

for case in json.load(sys.stdin):
    try:
        read = verify(${JSON.stringify(SECRET)}, case["headers"], case["body"], case["now"]) == {"test": 2432232314}
    except ValueError:
        read = False
    assert read == case["good"], case
`;

const folder = mkdtempSync(join(tmpdir(), "tapri-webhooks-"));
try {
  const file = join(folder, "receiver.mjs");
  writeFileSync(file, block("js"));
  const { verify } = await import(file);
  for (const { headers, body, now, good } of CASES) {
    const read = () => verify(SECRET, headers, body, now);
    good ? assert.deepEqual(read(), { test: 2432232314 }) : assert.throws(read);
  }
  const program = join(folder, "receiver.py");
  writeFileSync(program, block("python") + PYTHON);
  const ran = spawnSync(python, [program], { input: JSON.stringify(CASES), stdio: ["pipe", "inherit", "inherit"] });
  assert.equal(ran.status, 0, "the receiver in Python");
} finally {
  rmSync(folder, { recursive: true });
}
console.log("both receivers of docs/webhooks.md read what is signed, and nothing else");

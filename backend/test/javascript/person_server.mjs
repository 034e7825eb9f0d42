// The person of person.mjs for programs in other languages: `GET /visit?url=&scopes=` answers where the browser comes
// back to, `GET /device?user_code=&scopes=` types a device's code.

import { createServer } from "node:http";

/** Serves `person` on a free port of this machine; its address, and how to stop. */
export async function serve(person) {
  const server = createServer((request, reply) => {
    answer(person, new URL(request.url, "http://localhost")).then(
      (text) => reply.end(text),
      (error) => reply.writeHead(500).end(String(error)),
    );
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

async function answer(person, { pathname, searchParams }) {
  const scopes = searchParams.get("scopes").split(" ");
  if (pathname === "/device") {
    await person.allowsDevice(searchParams.get("user_code"), scopes);
    return "allowed";
  }
  return (await person.visits(searchParams.get("url"), scopes)).href;
}

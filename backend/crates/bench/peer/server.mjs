// The peer of `make bench-auth`: node-oidc-provider with a plain Map for a store, refresh tokens rotated, nothing durable.
// Not a line of it is ours but this set-up. It writes one line of JSON with what the load needs, then serves until stopped.
//
//     node server.mjs CHAINS

import Provider from "oidc-provider";

const CHAINS = Number(process.argv[2]);
const CLIENT = {
  client_id: "bench",
  client_secret: "a-secret-of-a-benchmark-which-guards-nothing",
  grant_types: ["authorization_code", "refresh_token", "client_credentials"],
  redirect_uris: ["https://bench.example/callback"],
};

/** The plainest store there is; its own keeps a thousand entries. */
class Memory {
  static documents = new Map();
  static grants = new Map();

  constructor(kind) {
    this.kind = kind;
  }

  async upsert(id, document) {
    Memory.documents.set(`${this.kind}:${id}`, document);
    if (!document.grantId) return;
    const ids = Memory.grants.get(document.grantId) ?? new Set();
    Memory.grants.set(document.grantId, ids.add(`${this.kind}:${id}`));
  }

  async find(id) {
    return Memory.documents.get(`${this.kind}:${id}`);
  }

  async findByUserCode() {}

  async findByUid() {}

  async consume(id) {
    Memory.documents.get(`${this.kind}:${id}`).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    Memory.documents.delete(`${this.kind}:${id}`);
  }

  async revokeByGrantId(grantId) {
    for (const id of Memory.grants.get(grantId) ?? []) Memory.documents.delete(id);
    Memory.grants.delete(grantId);
  }
}

const provider = new Provider("http://127.0.0.1", {
  adapter: Memory,
  clients: [CLIENT],
  rotateRefreshToken: true,
  scopes: ["openid", "offline_access", "posts:read"],
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    // Only where a resource is named, so that refreshes give the cheaper opaque tokens.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => false,
      getResourceServerInfo: () => ({ scope: "posts:read", audience: "urn:bench", accessTokenFormat: "jwt" }),
    },
  },
});

const client = await provider.Client.find(CLIENT.client_id);
const chains = [];
let accessToken;
for (let number = 0; number < CHAINS; number += 1) {
  const accountId = `person-${number}`;
  const grant = new provider.Grant({ accountId, clientId: CLIENT.client_id });
  grant.addOIDCScope("offline_access posts:read");
  const given = { accountId, client, grantId: await grant.save(), gty: "authorization_code", scope: "offline_access posts:read" };
  chains.push(await new provider.RefreshToken(given).save());
  accessToken = await new provider.AccessToken(given).save();
}

const server = provider.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ url, client_id: CLIENT.client_id, client_secret: CLIENT.client_secret, chains, access_token: accessToken }));
});
// Idle connections of the load stay open from one measurement to the next.
server.keepAliveTimeout = 600_000;

// A real OAuth client that nobody here wrote, openid-client, against a running Tapri.
//
// Everything that an app does is openid-client's work, unmodified: discovery, PKCE, pushed requests, code, ID token,
// userinfo, refresh, introspection, revocation, DPoP, devices, client credentials, registration. It prints what it did,
// and ends with a status other than 0 where something is not as it should be. To add a step, add it to STORY.
//
//     TAPRI_ORIGIN=http://localhost:3000 node backend/test/javascript/openid_client_test.mjs

import * as client from "openid-client";

import { ORIGIN, Person, check } from "./person.mjs";

const REDIRECT_URI = "https://printer.example/callback";
const SCOPE = "openid profile offline_access posts:read posts:write";
const ALLOWED = ["profile", "offline_access", "posts:read"];
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
// A machine of one's own has no https; openid-client has to be told.
const LOCAL = { execute: [client.allowInsecureRequests] };

const world = {};

/** What openid-client reads of Tapri's metadata, for an app. */
function discover(app, authentication) {
  return client.discovery(new URL(ORIGIN), app.client_id, app.client_secret, authentication, LOCAL);
}

/** The refusal that `attempt` meets. */
async function refusal(attempt) {
  try {
    await attempt;
  } catch (error) {
    return error.error ?? error.cause?.error ?? String(error);
  }
  throw new Error("it was not refused");
}

/** A whole authorization by code: `begin` makes the address from the parameters of the request. */
async function connects(config, begin, dpop) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const request = {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  const back = await world.bilal.visits(await begin(request), ALLOWED);
  // Compares state, nonce and issuer, and verifies the ID token.
  return client.authorizationCodeGrant(config, back, checks, undefined, dpop);
}

const STORY = {
  async "two people sign up, and one of them registers an app"() {
    [world.asha, world.bilal] = [await Person.signsUp("asha"), await Person.signsUp("bilal")];
    world.post = await world.asha.posts("Midnight Chai");
    const app = { client_name: "Chai Printer", redirect_uris: [REDIRECT_URI], client_type: "confidential" };
    world.app = await world.asha.registers(app);
    world.config = await discover(world.app);
    check(world.config.serverMetadata().issuer === ORIGIN, "another issuer");
  },
  async "a code becomes tokens, with PKCE, state, nonce and issuer compared"() {
    const begin = (request) => client.buildAuthorizationUrl(world.config, request);
    world.tokens = await connects(world.config, begin);
    check(world.tokens.scope === "openid profile offline_access posts:read", world.tokens.scope);
    check(world.tokens.claims().sub === world.bilal.user.user_id, "another subject");
  },
  async "userinfo knows the name"() {
    const { sub } = world.tokens.claims();
    const person = await client.fetchUserInfo(world.config, world.tokens.access_token, sub);
    check(person.preferred_username === world.bilal.user.username, JSON.stringify(person));
  },
  async "the API takes the token"() {
    const url = new URL(`${ORIGIN}/api/v1/posts/${world.post.post_id}`);
    const reply = await client.fetchProtectedResource(world.config, world.tokens.access_token, url, "GET");
    check(reply.status === 200, await reply.text());
  },
  async "a refresh gives new tokens"() {
    const next = await client.refreshTokenGrant(world.config, world.tokens.refresh_token);
    check(next.refresh_token !== world.tokens.refresh_token, "the refresh token was not rotated");
    world.tokens = next;
  },
  async "introspection tells what a token is worth, and revocation ends it"() {
    const told = await client.tokenIntrospection(world.config, world.tokens.access_token);
    check(told.active && told.client_id === world.app.client_id, JSON.stringify(told));
    await client.tokenRevocation(world.config, world.tokens.refresh_token);
    const after = await client.tokenIntrospection(world.config, world.tokens.access_token);
    check(after.active === false, JSON.stringify(after));
    const refused = await refusal(client.refreshTokenGrant(world.config, world.tokens.refresh_token));
    check(refused === "invalid_grant", refused);
  },
  async "a pushed request (RFC 9126)"() {
    const begin = (request) => client.buildAuthorizationUrlWithPAR(world.config, request);
    const tokens = await connects(world.config, begin);
    check(tokens.claims().sub === world.bilal.user.user_id, "another subject");
  },
  async "tokens bound to a key (RFC 9449), nonces and all"() {
    const DPoP = client.getDPoPHandle(world.config, await client.randomDPoPKeyPair());
    const begin = (request) => client.buildAuthorizationUrlWithPAR(world.config, request, { DPoP });
    const tokens = await connects(world.config, begin, { DPoP });
    check(tokens.token_type === "dpop", tokens.token_type);
    const url = new URL(`${ORIGIN}/api/v1/posts/${world.post.post_id}`);
    const ask = (options) =>
      client.fetchProtectedResource(world.config, tokens.access_token, url, "GET", undefined, undefined, options);
    check((await ask({ DPoP })).status === 200, "the bound token is refused with its key");
    const next = await client.refreshTokenGrant(world.config, tokens.refresh_token, undefined, { DPoP });
    check(next.token_type === "dpop", next.token_type);
    const { sub } = tokens.claims();
    const person = await client.fetchUserInfo(world.config, next.access_token, sub, { DPoP });
    check(person.sub === sub, JSON.stringify(person));
  },
  async "a device without a browser (RFC 8628)"() {
    const app = await world.asha.registers({
      client_name: "Wall Frame",
      redirect_uris: [],
      client_type: "public",
      grant_types: [DEVICE, "refresh_token"],
    });
    const config = await discover(app, client.None());
    const begun = await client.initiateDeviceAuthorization(config, { scope: "openid profile posts:read" });
    const shown = await world.bilal.allowsDevice(begun.user_code, ["profile", "posts:read"]);
    check(shown.client.client_name === "Wall Frame", JSON.stringify(shown));
    // It waits its interval before it asks for the first time; that is its own affair.
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...begun, interval: 0.2 });
    check(tokens.claims().sub === world.bilal.user.user_id, "another subject");
    await client.refreshTokenGrant(config, tokens.refresh_token);
  },
  async "an app for itself, with a secret in the form"() {
    const app = await world.asha.registers({
      client_name: "Statistics",
      redirect_uris: [],
      client_type: "confidential",
      grant_types: ["client_credentials"],
      scope: "posts:read",
      token_endpoint_auth_method: "client_secret_post",
    });
    const tokens = await client.clientCredentialsGrant(await discover(app, client.ClientSecretPost()));
    check(tokens.scope === "posts:read" && !tokens.refresh_token, JSON.stringify(tokens));
  },
  async "an app that registers itself (RFC 7591)"() {
    const wanted = { client_name: "Self-made Printer", redirect_uris: [REDIRECT_URI], scope: SCOPE };
    const config = await client.dynamicClientRegistration(new URL(ORIGIN), wanted, undefined, LOCAL);
    check(config.clientMetadata().client_id, JSON.stringify(config.clientMetadata()));
    const tokens = await connects(config, (request) => client.buildAuthorizationUrl(config, request));
    check(tokens.claims().sub === world.bilal.user.user_id, "another subject");
  },
};

for (const [sentence, step] of Object.entries(STORY)) {
  await step();
  console.log(`ok: ${sentence}`);
}

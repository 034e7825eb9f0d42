/*
 * The third-party app that this page plays: authorization code with PKCE S256 (RFC 6749, 7636, 9207). It finds the
 * endpoints in the metadata (RFC 8414), makes the request, judges what the browser is sent back with, and proves the
 * app at the token endpoint. Showing is page.js's.
 *
 * The flow leaves this page and comes back to it, so verifier, state and nonce wait in sessionStorage: of this tab
 * alone, taken out as soon as they are read. Nothing else is kept anywhere.
 */
const FLOW = 'tapri-oauth-flow';

/** Where the browser is to be sent back to: this page, without what stands behind it. */
export const HERE = location.origin + location.pathname;

/** What the authorization server says of itself, once it was read. */
let metadata = null;

/** Remembers the metadata. */
export function setMetadata(read) {
	metadata = read;
}

/** Whether it was. */
export function isReady() {
	return metadata !== null;
}

/** The address of an endpoint, by its name in the metadata. */
export function endpoint(name) {
	return metadata[name];
}

/**
 * The parameters of an authorization request, and what of them was made for it. What must be remembered of it is; what
 * is asked for and empty is left out.
 *
 * @param {{client_id: string, redirect_uri: string, scope: string, prompt: string, max_age: string}} asked
 * @returns {Promise<{params: Object<string, string>, made: Object<string, string>}>}
 */
export async function begin(asked) {
	const flow = { code_verifier: random(), state: random(), nonce: random() };
	const { code_verifier, state, nonce } = flow;
	const code_challenge = await challenge(code_verifier);
	const all = { response_type: 'code', ...asked, state, nonce, code_challenge, code_challenge_method: 'S256' };
	const { client_id, redirect_uri } = asked;
	sessionStorage.setItem(FLOW, JSON.stringify({ ...flow, client_id, redirect_uri, issuer: metadata.issuer }));
	return { params: Object.fromEntries(Object.entries(all).filter(([, value]) => value)), made: { code_challenge, ...flow } };
}

/** 256 random bits in base64url: 43 characters, the shortest that a verifier may have. */
function random() {
	return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier) {
	const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
	return base64Url(new Uint8Array(hash));
}

function base64Url(bytes) {
	return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * What the browser was sent back with; null where it was not. Takes it out of the address, so that no code stays in the
 * history or is sent twice by a reload.
 *
 * @returns {?{params: Object<string, string>, flow: ?Object<string, string>, url: string, fault: ?string}}
 */
export function cameBack() {
	const params = Object.fromEntries(new URLSearchParams(location.search));
	if (!params.code && !params.error) return null;
	const url = location.href;
	history.replaceState(null, '', location.pathname);
	const flow = JSON.parse(sessionStorage.getItem(FLOW));
	sessionStorage.removeItem(FLOW);
	return { params, flow, url, fault: faultIn(params, flow) };
}

/** Why an app would go no further. Who only wants to see what the server says to it can. */
function faultIn(params, flow) {
	if (flow === null) return 'No flow was begun in this tab, so somebody else may have made this code. A real app stops here.';
	if (params.state !== flow.state) return 'The state is not the one that was sent. A real app stops here.';
	if (params.iss !== flow.issuer) return `The answer says it comes from ${params.iss ?? 'nobody'}, not from ${flow.issuer}. A real app stops here.`;
	if (params.error) return `${params.error}: ${params.error_description ?? 'no more was said'}`;
	return null;
}

/**
 * Puts the app's proof into a request to the token, introspection or revocation endpoint (RFC 6749 section 2.3).
 *
 * @param {{client_id: string, client_secret: string, proof: string}} client
 */
export function prove(request, { client_id, client_secret, proof }) {
	if (proof === 'client_secret_basic') {
		request.headers.Authorization = `Basic ${btoa(`${formEncoded(client_id)}:${formEncoded(client_secret)}`)}`;
		return;
	}
	Object.assign(request.payload.value, { client_id }, proof === 'client_secret_post' ? { client_secret } : {});
}

/** Id and secret are encoded before they are joined (RFC 6749 section 2.3.1). */
function formEncoded(text) {
	return new URLSearchParams({ '': text }).toString().slice(1);
}

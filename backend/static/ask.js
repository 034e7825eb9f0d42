/*
 * The calls that a browser makes by going there: asking for access, and signing out for an app. It shows the way before
 * it is gone, and takes up what the browser is sent back with. What is asked, and whether the answer is a good one, is
 * oauth.js's.
 */
import { curl, describe, send } from './calls.js';
import { client, fill } from './fields.js';
import { record, say } from './log.js';
import { begin, endpoint, isReady, prove } from './oauth.js';

const askForm = document.querySelector('#ask form');

/** Makes the authorization request and shows what it is made of; by way of the pushed request endpoint where asked to. */
export async function ask(event) {
	event.preventDefault();
	const form = new FormData(askForm);
	const app = client();
	if (!app.client_id) return say('Register an app first, or fill in its client id.');
	if (!isReady()) return say('Read the metadata first: it says where to go.');
	if (!crypto.subtle) return say('PKCE needs a secure page. Open this one at localhost, 127.0.0.1 or by https.');
	const { params, made } = await begin({
		client_id: app.client_id,
		redirect_uri: form.get('redirect_uri'),
		scope: form.getAll('scope').join(' '),
		prompt: form.get('prompt'),
		max_age: form.get('max_age'),
	});
	const asked = form.has('pushed') ? await pushed(params, app) : params;
	if (asked === null) return;
	show(document.getElementById('made'), urlOf('authorization_endpoint', asked), made);
	// The one main action is now to go there.
	askForm.querySelector('button').classList.remove('main');
}

/** The same request, told by the app itself (RFC 9126): the browser carries a reference. Null where it is refused. */
async function pushed(params, app) {
	const request = { method: 'POST', path: new URL(endpoint('pushed_authorization_request_endpoint')).pathname, headers: {}, payload: { kind: 'form', value: params }, cookies: false };
	prove(request, app);
	const { status, json } = await send(request);
	return status === 201 ? { client_id: app.client_id, request_uri: json.request_uri } : null;
}

/** Shows where to go for being signed out by an app (OpenID Connect RP-Initiated Logout). */
export function leave(event) {
	event.preventDefault();
	const { path } = describe(event.target, event.submitter);
	show(document.getElementById('leaving'), new URL(path, endpoint('end_session_endpoint')).href, {});
}

function urlOf(name, params) {
	const url = new URL(endpoint(name));
	for (const [key, value] of Object.entries(params)) url.searchParams.set(key, value);
	return url.href;
}

/** The way, in the log and as a link: going there leaves the page, so it is one more press. */
function show(place, url, values) {
	const request = { method: 'GET', url, headers: {}, body: null };
	const answer = { status: null, headers: null, text: '', json: null, took: null, words: 'The browser goes there itself.' };
	record({ ...request, curl: curl({ ...request, cookies: true }, url, {}) }, answer);
	place.querySelector('dl')?.replaceChildren(...Object.entries(values).flatMap(line));
	place.querySelector('a').href = url;
	place.hidden = false;
}

function line([name, value]) {
	const term = Object.assign(document.createElement('dt'), { textContent: name });
	return [term, Object.assign(document.createElement('dd'), { textContent: value })];
}

/** Takes up the flow that left this page, with the browser sent back here. */
export function takeUp({ params, flow, url, fault }) {
	const request = { method: 'GET', url, headers: {}, body: null };
	record({ ...request, curl: curl(request, url, {}) }, { status: null, headers: null, text: '', json: params, took: null, words: 'The browser was sent back' });
	const notice = document.getElementById('returned');
	notice.textContent = fault ?? `You were sent back with a code, good for a minute. State and issuer are right; an ID token must carry the nonce ${flow.nonce}.`;
	notice.classList.add(fault ? 'bad' : 'good');
	notice.hidden = false;
	fill('client_id', flow?.client_id);
	fill('redirect_uri', flow?.redirect_uri);
	fill('code', params.code);
	fill('code_verifier', flow?.code_verifier);
	const exchange = document.getElementById('exchange');
	exchange.open = true;
	exchange.scrollIntoView();
	exchange.querySelector('button').focus({ preventScroll: true });
}

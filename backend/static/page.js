/*
 * The page: which button makes which call, who makes it, and what the page does with a good answer. Calls themselves are
 * in calls.js, the app's side of OAuth in oauth.js, the log in log.js; what calls there are is in index.html.
 *
 * To let the page do something with an answer, add an entry to `THEN` and name it in the form's `data-then`.
 */
import { byChosen, bySession, bySigningIn, callers, curl, describe, send } from './calls.js';
import { decode, record, say } from './log.js';
import { HERE, begin, cameBack, isReady, prove, setMetadata } from './oauth.js';

const clientForm = document.getElementById('client');
const callerForm = document.getElementById('callers');
const askForm = document.querySelector('#ask form');
const made = document.getElementById('made');

/** What is asked for unless somebody chooses otherwise. */
const USUAL_SCOPES = new Set(['openid', 'profile', 'profile:read', 'posts:read', 'feed:read']);

/** How a form's request gets its proof of who calls (`data-by`; none: whoever is chosen). */
const BY = {
	'nobody': () => {},
	'sign-in': bySigningIn,
	'session': bySession,
	'client': (request) => prove(request, client()),
};

/** What happens after a good answer (`data-then`). Each gets the answer's body and the request. */
const THEN = {
	'signed-in': ({ data }, request) => signedIn(data, request),
	'signed-out': () => ended('you'),
	'me': ({ data }) => named(data.username),
	'sessions': ({ data }) => fill('session_id', data.items.find((session) => !session.current)?.session_id),
	'uploaded': ({ data }) => {
		fill('media_id', data.media_id);
		fill('media_ids', data.media_id);
	},
	'posted': ({ data }) => {
		fill('post_id', data.post_id);
		fill('media_ids', '', true);
	},
	'listed': ({ data }, { path }) => {
		if (path.startsWith('/api/v1/feed/')) fill('post_id', data.items[0]?.post_id);
	},
	'metadata': learn,
	'registered': ({ data }) => registered(data),
	'app-tokens': appTokens,
};

/** The app as its fields have it. */
function client() {
	const { client_id, client_secret, proof } = Object.fromEntries(new FormData(clientForm));
	return { client_id: client_id.trim(), client_secret: client_secret.trim(), proof };
}

function submit(event) {
	event.preventDefault();
	void run(event.target, event.submitter);
}

/** Makes a form's call and does what follows from the answer. */
async function run(form, submitter) {
	// A second press while an upload runs would be a second upload.
	if (form.ariaBusy === 'true') return;
	form.ariaBusy = 'true';
	clearFaults(form);
	try {
		const request = describe(form, submitter);
		await (BY[form.dataset.by] ?? byChosen)(request);
		const answer = await send(request);
		if (answer.status >= 200 && answer.status < 300) await THEN[form.dataset.then]?.(answer.json, request);
		else explain(form, answer.json);
	} finally {
		form.ariaBusy = null;
	}
}

/** Puts a value into every field of this name, so that the next call need not be typed. Nothing found, nothing filled. */
function fill(name, value, evenEmpty = false) {
	if (!value && !evenEmpty) return;
	for (const field of document.querySelectorAll(`form [name="${name}"]`)) field.value = value;
}

/** Refresh and change of password answer without `user`: it is who it was. */
function signedIn(data, { cookies }) {
	const name = data.user?.username ?? callers.you?.name ?? 'you';
	callers.you = { ...data, name, mode: cookies ? 'cookie' : 'token', until: until(data) };
	fill('login', data.user?.username);
	fill('username', data.user?.username);
	choose('you');
}

/** After a reload a refresh brings the session back, and only this call says whose it is. */
function named(name) {
	if (callers.chosen === 'you') callers.you.name = name;
	showCallers();
}

/** The tokens stay, so that one can see what they are worth now. */
function ended(caller) {
	if (callers[caller]) callers[caller].over = true;
	showCallers();
}

function until({ expires_in }) {
	return new Date(Date.now() + expires_in * 1000);
}

function choose(caller) {
	callers.chosen = caller;
	showCallers();
}

/** Shows who can call, who does, and what the token in use says. */
function showCallers() {
	for (const radio of callerForm.elements.caller) {
		const caller = callers[radio.value];
		radio.disabled = radio.value !== 'nobody' && !caller;
		radio.checked = radio.value === callers.chosen;
		if (caller) radio.closest('label').querySelector('small').textContent = stateOf(caller);
	}
	const text = decode(callers[callers.chosen]?.access_token);
	const token = document.getElementById('token');
	token.hidden = text === null;
	token.querySelector('pre').textContent = text ?? '';
}

function stateOf({ name, mode, scope, until, over }) {
	const how = mode ? `session by ${mode}` : scope;
	return [name, how, over ? 'ended' : `token good until ${until.toLocaleTimeString()}`].filter(Boolean).join(' · ');
}

/** Puts the metadata's endpoints in the place of the usual ones, and its scopes onto the page. */
function learn(read) {
	setMetadata(read);
	for (const code of document.querySelectorAll('code[data-endpoint]')) {
		const endpoint = read[code.dataset.endpoint];
		// Its path only: this server has everything of OAuth too, and this page may call no other.
		if (endpoint) code.textContent = `${code.textContent.split(' ')[0]} ${new URL(endpoint).pathname}`;
	}
	document.getElementById('web-app').href = `${read.issuer}/`;
	const boxes = read.scopes_supported.map((scope) => {
		const label = Object.assign(document.createElement('label'), { className: 'tick' });
		const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'scope', value: scope });
		box.checked = USUAL_SCOPES.has(scope);
		label.append(box, ` ${scope}`);
		return label;
	});
	document.getElementById('scopes').replaceChildren(...boxes);
}

function registered({ client_id, client_secret, client_type }) {
	fill('client_id', client_id);
	clientForm.elements.client_secret.value = client_secret ?? '';
	clientForm.elements.proof.value = client_type === 'confidential' ? 'client_secret_basic' : 'none';
	document.getElementById('ask').open = true;
}

/** The app has tokens: it calls from now on, until somebody chooses otherwise. */
function appTokens(data) {
	callers.app = { ...data, name: client().client_id, until: until(data) };
	fill('refresh_token', data.refresh_token);
	fill('token', data.access_token);
	choose('app');
}

async function ask(event) {
	event.preventDefault();
	const form = new FormData(askForm);
	const asked = { client_id: client().client_id, redirect_uri: form.get('redirect_uri'), scope: form.getAll('scope').join(' '), prompt: form.get('prompt') };
	if (!asked.client_id) return say('Register an app first, or fill in its client id.');
	if (!isReady()) return say('Read the metadata first: it says where to go.');
	if (!crypto.subtle) return say('PKCE needs a secure page. Open this one at localhost, 127.0.0.1 or by https.');
	const { url, ...values } = await begin(asked);
	const request = { method: 'GET', url, headers: {}, body: null };
	const answer = { status: null, headers: null, text: '', json: null, took: null, words: 'The browser goes there itself.' };
	record({ ...request, curl: curl({ ...request, cookies: true }, url, {}) }, answer);
	made.querySelector('dl').replaceChildren(...Object.entries(values).flatMap(line));
	made.querySelector('a').href = url;
	// The one main action is now to go there.
	askForm.querySelector('button').classList.remove('main');
	made.hidden = false;
}

function line([name, value]) {
	const term = Object.assign(document.createElement('dt'), { textContent: name });
	return [term, Object.assign(document.createElement('dd'), { textContent: value })];
}

/** Takes up the flow that left this page, with the browser sent back here. */
function takeUp({ params, flow, url, fault }) {
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

/** Says below a field what the server found wrong with it, and goes to the first one. */
function explain(form, json) {
	const details = json?.details;
	const faults = details?.errors ?? (details?.field ? [details] : []);
	const fields = faults.flatMap(({ field, issue }) => {
		const control = form.querySelector(`[name="${CSS.escape(field?.split(/[[.]/)[0] ?? '')}"]`);
		return control && control.type !== 'hidden' ? [mark(control, issue)] : [];
	});
	fields[0]?.focus();
}

function mark(control, issue) {
	const fault = Object.assign(document.createElement('p'), { className: 'fault', textContent: issue, id: `fault-${crypto.getRandomValues(new Uint32Array(1))}` });
	control.setAttribute('aria-invalid', 'true');
	control.setAttribute('aria-describedby', fault.id);
	control.closest('fieldset, label').after(fault);
	return control;
}

function clearFaults(form) {
	for (const fault of form.querySelectorAll('.fault')) fault.remove();
	for (const control of form.querySelectorAll('[aria-invalid]')) {
		control.removeAttribute('aria-invalid');
		control.removeAttribute('aria-describedby');
	}
}

for (const form of document.querySelectorAll('main form')) {
	if (form === askForm) form.addEventListener('submit', ask);
	else if (form !== callerForm && form !== clientForm) form.addEventListener('submit', submit);
	else form.addEventListener('submit', (event) => event.preventDefault());
}
callerForm.addEventListener('change', (event) => choose(event.target.value));
fill('redirect_uri', HERE);
fill('redirect_uris', HERE);
const back = cameBack();
await run(document.querySelector('[data-then="metadata"]'));
// Afterwards, so that it stands first in the log.
if (back !== null) takeUp(back);

/*
 * The page: which button makes which call, who makes it, and what the page does with a good answer. Calls themselves are
 * in calls.js, the app's side of OAuth in oauth.js and ask.js, fields in fields.js, the log in log.js; what calls there
 * are is in index.html.
 *
 * To let the page do something with an answer, add an entry to `THEN` and name it in the form's `data-then`. A button's
 * own `data-by` and `data-then` take the place of its form's.
 */
import { ask, leave, takeUp } from './ask.js';
import { byChosen, byCookieAlone, byFormer, bySession, bySigningIn, callers, describe, send } from './calls.js';
import { clearFaults, client, explain, fill, play } from './fields.js';
import { decode } from './log.js';
import { HERE, cameBack, prove, setMetadata } from './oauth.js';

const callerForm = document.getElementById('callers');

/** What is asked for unless somebody chooses otherwise. */
const USUAL_SCOPES = new Set(['openid', 'profile', 'profile:read', 'posts:read', 'feed:read']);

/** How a form's request gets its proof of who calls (`data-by`; none: whoever is chosen). */
const BY = {
	'nobody': () => {},
	'sign-in': bySigningIn,
	'session': bySession,
	'former': byFormer,
	'cookie': byCookieAlone,
	'client': (request) => prove(request, client()),
};

/** What happens after a good answer (`data-then`). Each gets the answer's body and the request. */
const THEN = {
	'signed-in': ({ data }, request) => signedIn(data, request),
	'signed-out': () => ended('you'),
	'me': ({ data }) => named(data.username),
	'reset': () => ended('you'),
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
	'registered': ({ data }) => registered(data, data.client_type === 'confidential' ? 'client_secret_basic' : 'none'),
	'registered-itself': (data) => {
		fill('registration_access_token', data.registration_access_token);
		registered(data, data.token_endpoint_auth_method);
	},
	'secret': ({ data }) => play({ ...client(), client_secret: data.client_secret }),
	'device': deviceBegan,
	'device-asks': ({ data }) => fill('scopes', data.scopes.map(({ scope }) => scope).join('\n')),
	'events': ({ data }) => fill('events', data.items.filter((event) => event.for.includes('app')).map(({ type }) => type).join('\n')),
	'hooked': ({ data }) => fill('webhook_id', data.webhook_id),
	'hooks': ({ data }) => fill('webhook_id', data.items[0]?.webhook_id),
	'deliveries': ({ data }) => fill('delivery_id', data.items[0]?.delivery_id),
	'delivery': ({ data }) => fill('delivery_id', data.delivery_id),
	'app-tokens': appTokens,
};

function submit(event) {
	event.preventDefault();
	void run(event.target, event.submitter);
}

/** Makes a form's call and does what follows from the answer. */
async function run(form, submitter) {
	// A second press while an upload runs would be a second upload.
	if (form.ariaBusy === 'true') return;
	form.ariaBusy = 'true';
	try {
		for (let left = Number(form.elements.times?.value ?? 1); left > 0; left -= 1) {
			if (!(await call(form, submitter))) break;
		}
	} finally {
		form.ariaBusy = null;
	}
}

/** One call of a form's; whether a limit lets it go on. */
async function call(form, submitter) {
	const { by, then } = { ...form.dataset, ...submitter?.dataset };
	clearFaults(form);
	const request = describe(form, submitter);
	await (BY[by] ?? byChosen)(request);
	const answer = await send(request);
	if (answer.status >= 200 && answer.status < 300) await THEN[then]?.(answer.json, request);
	else explain(form, answer.json);
	return answer.status !== 429;
}

/** Refresh and change of password answer without `user`: it is who it was. */
function signedIn(data, { cookies }) {
	const name = data.user?.username ?? callers.you?.name ?? 'you';
	const former = callers.you?.refresh_token ?? data.refresh_token;
	callers.you = { ...data, name, former, mode: cookies ? 'cookie' : 'token', until: until(data) };
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

/** @param {string} method how it proves itself, in the words of RFC 7591 */
function registered({ client_id, client_secret }, method) {
	play({ client_id, client_secret, proof: method });
	document.getElementById('ask').open = true;
}

/** A device shows its code; the link leads to the page where a person types it. */
function deviceBegan({ device_code, user_code, verification_uri_complete }) {
	fill('device_code', device_code);
	fill('user_code', user_code);
	const notice = document.getElementById('device');
	notice.querySelector('b').textContent = user_code;
	notice.querySelector('a').href = verification_uri_complete;
	notice.hidden = false;
}

/** The app has tokens: it calls from now on, until somebody chooses otherwise. */
function appTokens(data) {
	callers.app = { ...data, name: client().client_id, until: until(data) };
	fill('refresh_token', data.refresh_token);
	fill('token', data.access_token);
	fill('id_token_hint', data.id_token);
	choose('app');
}

const OTHERWISE = { ask, leave, kept: (event) => event.preventDefault() };

for (const form of document.querySelectorAll('main form')) {
	form.addEventListener('submit', OTHERWISE[form.dataset.way] ?? submit);
}
callerForm.addEventListener('change', (event) => choose(event.target.value));
fill('redirect_uri', HERE);
fill('redirect_uris', HERE);
const back = cameBack();
await run(document.querySelector('[data-then="metadata"]'));
// Afterwards, so that it stands first in the log.
if (back !== null) takeUp(back);

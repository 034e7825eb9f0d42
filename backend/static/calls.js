/*
 * Calls: from a form to a request, from a request to its answer, and the tokens that go with it. It knows no call by
 * name; those are in index.html. What the app of the OAuth flow needs is in oauth.js.
 *
 * A request is `{method, path, headers, payload, cookies}`. `payload` is null or `{kind, value}`, of kind `json` (an
 * object), `form` (an object of texts), `multipart` (a FormData) or `raw` (`{type, text}`). `cookies` says whether the
 * browser's cookies go along: they do only where they are what the call is about, so that no call succeeds by accident.
 */
import { noteLimit } from './limits.js';
import { record } from './log.js';

/** Who can call, each with the tokens it was given last, and who does. Kept in memory alone. */
export const callers = { chosen: 'nobody', you: null, app: null };

/** The CSRF token for the next call that cookies stand behind. */
let csrfToken = null;

/** The request that a form describes; `submitter` is the button that was pressed. */
export function describe(form, submitter) {
	if (form.dataset.body === 'raw') return describeRaw(form.elements);
	const [method, template] = (submitter?.value || callOf(form)).split(' ');
	const fields = sortFields(form, template);
	const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fields.path[name]));
	const request = { method, path, headers: fields.headers, payload: null, cookies: false };
	if (method === 'GET') request.path += query(fields.body);
	// PUT and DELETE have a body only where they have something to say: a role, the password of who leaves.
	const isSilent = ['PUT', 'DELETE'].includes(method) && Object.keys(fields.body).length === 0;
	if (method !== 'GET' && !isSilent) request.payload = payloadOf(form.dataset.body ?? 'json', fields.body);
	return request;
}

function callOf(form) {
	return form.closest('.call').querySelector('code').textContent;
}

/** Broken JSON and odd types included: that is what this form is for. */
function describeRaw({ method, path, body, type }) {
	const payload = body.value === '' ? null : { kind: 'raw', value: { type: type.value, text: body.value } };
	return { method: method.value, path: `/${path.value.replace(/^\/+/, '')}`, headers: {}, payload, cookies: false };
}

/** A form's fields by where they go; an empty one goes nowhere. */
function sortFields(form, template) {
	const fields = { path: {}, headers: {}, body: {} };
	for (const [name, value] of new FormData(form)) {
		const control = form.elements.namedItem(name);
		if (template.includes(`{${name}}`)) fields.path[name] = value;
		else if (value === '' || value.size === 0) continue;
		else if (control.dataset?.as === 'header') fields.headers[name] = value;
		else if (control.dataset?.as === 'bearer') fields.headers.Authorization = `Bearer ${value}`;
		else fields.body[name] = valueOf(control, value);
	}
	return fields;
}

function valueOf(control, value) {
	if (control.type === 'checkbox') return true;
	if (control.dataset?.as === 'list') return value.split(/\s+/).filter(Boolean);
	return value;
}

function query(fields) {
	const text = new URLSearchParams(fields).toString();
	return text && `?${text}`;
}

function payloadOf(kind, fields) {
	if (kind !== 'multipart') return { kind, value: fields };
	const value = new FormData();
	for (const [name, part] of Object.entries(fields)) value.append(name, part);
	return { kind, value };
}

/** Adds the token of whoever is chosen to call. In a session by cookie the browser's cookies go along, as in the web app. */
export function byChosen(request) {
	const caller = callers[callers.chosen];
	if (!caller) return;
	request.headers.Authorization = `Bearer ${caller.access_token}`;
	request.cookies = callers.chosen === 'you' && caller.mode === 'cookie';
}

/** Signing up and in: by cookie where the form says so, and then with a CSRF token. */
export async function bySigningIn(request) {
	if (request.payload.value.session === 'cookie') await byCookie(request);
}

/** Refresh and logout: with the refresh token that this page holds, or with the browser's cookie. */
export async function bySession(request) {
	const held = callers.you?.refresh_token;
	request.payload = held ? { kind: 'json', value: { refresh_token: held } } : null;
	if (!held) await byCookie(request);
}

/** Refresh with the token before this one: within the grace the same answer again, later it is theft. */
export function byFormer(request) {
	request.payload = { kind: 'json', value: { refresh_token: callers.you?.former ?? '' } };
}

/** The browser's cookies and no CSRF token, as another site's page would send them. */
export function byCookieAlone(request) {
	request.cookies = true;
}

async function byCookie(request) {
	if (csrfToken === null) {
		const { json } = await send({ method: 'GET', path: '/api/v1/auth/csrf', headers: {}, payload: null, cookies: true });
		csrfToken = json?.data?.csrf_token ?? null;
	}
	request.cookies = true;
	if (csrfToken !== null) request.headers['X-CSRF-Token'] = csrfToken;
}

/**
 * Sends a request and records it with its answer.
 *
 * @returns {Promise<{status: ?number, json: any, text: string, headers: ?Headers}>} `status` is null where no answer came
 */
export async function send(request) {
	const { type, body, shown } = encode(request.payload);
	const headers = type ? { ...request.headers, 'Content-Type': type } : request.headers;
	const began = performance.now();
	const answer = await answerTo(request, headers, body);
	const sent = { method: request.method, url: new URL(request.path, location.origin).href, headers: shownHeaders(request, headers), body: shown };
	record({ ...sent, curl: curl(request, sent.url, headers, body) }, { ...answer, took: performance.now() - began });
	noteLimit(sent, answer);
	keepCsrfToken(request, answer);
	return answer;
}

async function answerTo({ method, path, cookies }, headers, body) {
	try {
		const response = await fetch(path, { method, headers, body, credentials: cookies ? 'same-origin' : 'omit', cache: 'no-store' });
		const text = await response.text();
		const json = parse(text);
		return { status: response.status, headers: response.headers, text, json, words: wordsOf(response, json) };
	} catch {
		return { status: null, headers: null, text: '', json: null, words: 'No answer. Is the server running?' };
	}
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function wordsOf({ status, statusText }, json) {
	return [status, json?.message ?? json?.error_description ?? json?.error ?? statusText].filter(Boolean).join(' ');
}

/** A token is bound to its session (or visitor), so every answer to a cookie call says which one is good from now on. */
function keepCsrfToken({ path, cookies }, { status, json }) {
	if (!cookies) return;
	const isOver = path === '/api/v1/auth/logout' || status === 401 || json?.details?.reason === 'csrf_invalid';
	csrfToken = json?.data?.csrf_token ?? (isOver ? null : csrfToken);
}

/** What is sent, and what of it is shown. */
function encode(payload) {
	switch (payload?.kind) {
		case undefined:
			return { type: null, body: undefined, shown: null };
		case 'json':
			return { type: 'application/json', body: JSON.stringify(payload.value), shown: JSON.stringify(payload.value, null, 2) };
		case 'form': {
			const body = new URLSearchParams(payload.value).toString();
			return { type: 'application/x-www-form-urlencoded', body, shown: body.replaceAll('&', '\n&') };
		}
		case 'multipart':
			// The browser writes the type itself, since it chooses the boundary.
			return { type: null, body: payload.value, shown: [...payload.value].map(shownPart).join('\n') };
		case 'raw':
			return { type: payload.value.type, body: payload.value.text, shown: payload.value.text };
	}
}

function shownPart([name, value]) {
	return typeof value === 'string' ? `${name} = ${value}` : `${name} = (${value.name}, ${value.type}, ${value.size} bytes)`;
}

/** With what the browser adds and hides from pages. */
function shownHeaders({ payload, cookies }, headers) {
	const type = payload?.kind === 'multipart' ? { 'Content-Type': 'multipart/form-data; boundary=(the browser’s)' } : {};
	const cookie = cookies ? { Cookie: '(what the browser holds; no page can read it)' } : {};
	return { ...headers, ...type, ...cookie };
}

/** The request as a command. The browser's cookies cannot be read, so curl is given a jar of its own. */
export function curl({ method, payload, cookies }, url, headers, body) {
	const parts = ['curl -i', ...(method === 'GET' ? [] : [`-X ${method}`]), quote(url)];
	if (cookies) parts.push('-b cookies.txt -c cookies.txt');
	for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quote(`${name}: ${value}`)}`);
	if (payload?.kind === 'multipart') parts.push(...[...body].map(curlPart));
	else if (body !== undefined) parts.push(`--data-raw ${quote(body)}`);
	return parts.join(' \\\n  ');
}

function curlPart([name, value]) {
	if (typeof value === 'string') return `--form-string ${quote(`${name}=${value}`)}`;
	return `-F ${quote(`${name}=@"${value.name.replace(/["\\]/g, '\\$&')}";type=${value.type || 'application/octet-stream'}`)}`;
}

function quote(text) {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

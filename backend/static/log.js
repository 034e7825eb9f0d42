/*
 * The log column: every request and its answer as they are, newest first. It shows and forgets; what an answer means for
 * the page is page.js's. What of an answer is worth showing beside its text (pictures, tokens decoded) `entry` puts
 * there.
 */

/** Answers that are older leave the page, so that an afternoon's testing does not slow it down. */
const MOST_ENTRIES = 60;
/** A longer body is cut where it is shown. */
const MOST_SHOWN = 20_000;
/** Pictures shown of one answer. */
const MOST_PICTURES = 12;

/** Response headers that say something about the call; the rest are the same on every answer. */
const TELLING = [
	'content-type', 'location', 'www-authenticate', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining',
	'ratelimit-reset', 'allow', 'etag', 'deprecation', 'sunset', 'dpop-nonce', 'idempotent-replayed', 'x-request-id',
];

const list = document.getElementById('entries');
const last = document.getElementById('last');

document.getElementById('clear').addEventListener('click', () => {
	list.replaceChildren();
	document.getElementById('nothing').hidden = false;
	say('The log is empty.', '');
});

/**
 * Adds an entry on top.
 *
 * @param {{method: string, url: string, headers: Object<string, string>, body: ?string, curl: string}} request
 * @param {{status: ?number, headers: ?Headers, text: string, json: any, words: string, took: ?number}} answer
 *   `status` is null where there was none, `words` say in one line how it went
 */
export function record(request, answer) {
	document.getElementById('nothing').hidden = true;
	for (const details of list.querySelectorAll('li > details')) details.open = false;
	list.prepend(entry(request, answer));
	while (list.children.length > MOST_ENTRIES) list.lastElementChild.remove();
	const { pathname } = new URL(request.url);
	say(`${answer.words} · ${request.method} ${pathname}`, toneOf(answer));
}

/** Says one line at the head of the log, aloud to those who listen to the page; on a phone it leads to the log. */
export function say(words, tone = 'bad') {
	last.replaceChildren(element('a', { href: '#log', textContent: words, className: tone }));
}

/** Header and claims of a JWT as text, their times also readable; null for what is no JWT. Nothing is verified. */
export function decode(token) {
	if (typeof token !== 'string') return null;
	try {
		const [header, claims] = token.split('.').slice(0, 2).map((part) => JSON.parse(fromBase64Url(part)));
		const text = `${JSON.stringify(header)}\n${JSON.stringify(claims, null, 2)}`;
		return text.replace(/"(?:exp|iat|nbf|auth_time)": (\d+),?/g, (all, time) => `${all}  (${new Date(time * 1000).toISOString().replace('.000', '')})`);
	} catch {
		return null;
	}
}

function fromBase64Url(text) {
	const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
	return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

function entry(request, answer) {
	const item = document.getElementById('entry').content.cloneNode(true).firstElementChild;
	const { pathname, search } = new URL(request.url);
	const status = item.querySelector('.status');
	status.textContent = answer.status ?? '–';
	status.className = `status ${toneOf(answer)}`;
	item.querySelector('summary code').textContent = `${request.method} ${pathname}`;
	item.querySelector('summary small').textContent = answer.took === null ? '' : `${Math.round(answer.took)} ms`;
	const [asked, answered] = item.querySelectorAll('pre');
	paint(asked, `${request.method} ${pathname}${search}`, request.headers, request.body);
	paint(answered, answer.words, told(answer.headers), answer.json ? JSON.stringify(answer.json, null, 2) : answer.text);
	item.querySelector('button').addEventListener('click', (event) => copy(event.currentTarget, request.curl));
	const body = answer.json?.data ?? answer.json;
	answered.before(...pictures(body));
	answered.after(...tokens(body));
	return item;
}

/** Without a status it was the browser's own way, which took no time, or nobody answered. */
function toneOf({ status, took }) {
	if (took === null) return '';
	return status >= 200 && status < 300 ? 'good' : 'bad';
}

function told(headers) {
	const shown = {};
	for (const name of TELLING) if (headers?.has(name)) shown[name] = headers.get(name);
	return shown;
}

/** First line, headers, body. Names are set off from what they name. */
function paint(pre, first, headers, body) {
	const lines = Object.entries(headers).flatMap(([name, value]) => ['\n', soft(`${name}: `), value]);
	pre.append(first, ...lines);
	if (!body) return;
	const cut = body.length - MOST_SHOWN;
	pre.append('\n\n', ...keys(body.slice(0, MOST_SHOWN)), ...(cut > 0 ? [soft(`\n… and ${cut} characters more`)] : []));
}

/** The text of a body, its JSON keys set off. Splitting by one group leaves the keys at the odd places. */
function keys(text) {
	return text.split(/("(?:[^"\\]|\\.)*"(?=:))/).map((part, index) => (index % 2 ? soft(part) : part));
}

function soft(text) {
	return element('span', { className: 'soft', textContent: text });
}

/** The tokens in an answer, decoded. */
function tokens(body) {
	return ['access_token', 'refresh_token', 'id_token'].flatMap((name) => {
		const text = decode(body?.[name]);
		return text === null ? [] : [decoded(name, text)];
	});
}

function decoded(name, text) {
	const details = element('details', { className: 'decoded' });
	const pre = element('pre');
	pre.append(...keys(text));
	details.append(element('summary', { textContent: `${name}, decoded and not verified` }), pre);
	return details;
}

/** The pictures of an answer, small. */
function pictures(body) {
	const found = picturesIn(body).slice(0, MOST_PICTURES);
	if (found.length === 0) return [];
	const row = element('div', { className: 'pictures' });
	row.append(...found.map(picture));
	return [row];
}

/** Every media object in an answer, wherever it lies. */
function picturesIn(value) {
	if (value === null || typeof value !== 'object') return [];
	if (Array.isArray(value.variants)) return value.variants.length > 0 ? [value] : [];
	return Object.values(value).flatMap(picturesIn);
}

/** The address names the public origin; this server has the same picture under the same path, and only that may load here. */
function picture({ alt, variants }) {
	const { pathname, search } = new URL(variants[0].url, location.href);
	return element('img', { src: pathname + search, alt: alt || 'Photo without a description', loading: 'lazy', width: 88, height: 88 });
}

/** Where the clipboard is closed to pages (plain http on another machine) the command is shown and selected instead. */
async function copy(button, curl) {
	try {
		await navigator.clipboard.writeText(curl);
		say('Copied as curl.', 'good');
	} catch {
		const shown = button.closest('details').querySelector('.curl') ?? element('pre', { className: 'curl', textContent: curl });
		button.parentElement.after(shown);
		getSelection().selectAllChildren(shown);
		say('The browser keeps the clipboard closed. Copy the selected command.');
	}
}

function element(name, properties = {}) {
	return Object.assign(document.createElement(name), properties);
}

// Does the gate of scripts/contract.sh see what breaks clients, and nothing else? Each case takes the released document,
// changes one thing, and says what the gate must answer. Run by `scripts/contract.sh test`, which lends it `compare`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const released = new URL('../openapi/released/v1.json', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'contract-'));

/** What a day some years from or before today is called in the document. */
const year = (years) => new Date(Date.now() + years * 365.25 * 86_400_000).toISOString().slice(0, 10);
const post = (document) => document.components.schemas.NewPost;
const shown = (document) => document.components.schemas.Envelope_PostView.properties.data;
const answer = (document) => document.paths['/api/v1/posts'].post.responses;

const breaking = {
	'a route is gone': (document) => delete document.paths['/api/v1/feed/explore'],
	'a method is gone': (document) => delete document.paths['/api/v1/posts/{post_id}'].patch,
	'a field is gone from an answer': (document) => delete shown(document).properties.caption,
	'a required field is gone from an answer': (document) => {
		delete shown(document).properties.post_id;
		shown(document).required = shown(document).required.filter((name) => name !== 'post_id');
	},
	'a field of an answer has another type': (document) => (shown(document).properties.post_id = { type: 'integer' }),
	'a field is gone from a request': (document) => delete post(document).properties.caption,
	'a field of a request takes fewer types': (document) => (post(document).properties.title = { type: 'string' }),
	'a text of a request may be less long': (document) => (post(document).properties.title.maxLength = 80),
	'a field of a request is wanted now': (document) => (post(document).required = ['caption']),
	'a value of a request is gone': (document) => document.components.schemas.Visibility.enum.pop(),
	'success has another status': (document) => {
		answer(document)['200'] = answer(document)['201'];
		delete answer(document)['201'];
	},
	'another scope is wanted': (document) =>
		(document.paths['/api/v1/posts'].post.security = [{ oauth: ['admin'] }]),
	'a parameter is wanted now': (document) =>
		(document.paths['/api/v1/feed/explore'].get.parameters.find(({ name }) => name === 'limit').required = true),
	'a deprecated route goes before its day': (document, base) => {
		Object.assign(base.paths['/api/v1/feed/explore'].get, { deprecated: true, 'x-sunset': year(1) });
		delete document.paths['/api/v1/feed/explore'];
	},
	'a route is deprecated for tomorrow': (document) =>
		Object.assign(document.paths['/api/v1/feed/explore'].get, { deprecated: true, 'x-sunset': year(0.003) })
};

const harmless = {
	nothing: () => {},
	'a route is new': (document) =>
		(document.paths['/api/v1/feed/new'] = structuredClone(document.paths['/api/v1/feed/explore'])),
	'an answer has one more field': (document) => (shown(document).properties.mood = { type: 'string' }),
	'a request may have one more field': (document) => (post(document).properties.mood = { type: 'string' }),
	'a text may be longer': (document) => (post(document).properties.title.maxLength = 300),
	'a parameter more may be sent': (document) =>
		document.paths['/api/v1/feed/explore'].get.parameters.push({
			name: 'mood',
			in: 'query',
			schema: { type: 'string' }
		}),
	'other words': (document) => (document.info.description = 'Pictures.'),
	'a route is deprecated, a year ahead': (document) =>
		Object.assign(document.paths['/api/v1/feed/explore'].get, { deprecated: true, 'x-sunset': year(1) }),
	'a deprecated route goes after its day': (document, base) => {
		Object.assign(base.paths['/api/v1/feed/explore'].get, { deprecated: true, 'x-sunset': year(-1) });
		delete document.paths['/api/v1/feed/explore'];
	}
};

function passes(change) {
	const base = JSON.parse(readFileSync(released, 'utf8'));
	const document = structuredClone(base);
	change(document, base);
	const files = [base, document].map((content, which) => {
		const file = join(work, `${which}.json`);
		writeFileSync(file, JSON.stringify(content));
		return file;
	});
	try {
		execFileSync('bash', ['-c', 'compare "$@"', 'compare', ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
		return true;
	} catch (failure) {
		// 1 is "something breaks"; everything else is a gate that could not judge.
		if (failure.status !== 1) throw new Error(`oasdiff failed: ${failure.stderr}`, { cause: failure });
		return false;
	}
}

const wrong = [
	...Object.entries(breaking).filter(([, change]) => passes(change)).map(([name]) => `passed, and breaks clients: ${name}`),
	...Object.entries(harmless).filter(([, change]) => !passes(change)).map(([name]) => `failed, and breaks nobody: ${name}`)
];
rmSync(work, { recursive: true });
for (const line of wrong) console.error(line);
console.log(`${Object.keys(breaking).length + Object.keys(harmless).length} changes judged, ${wrong.length} of them wrongly`);
process.exit(wrong.length === 0 ? 0 : 1);

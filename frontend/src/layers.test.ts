// The import rule of the web app: routes → features → {ui, state, api}, and never back. Among the features an
// edge is allowed only where it is written down here; the list is kept without circles.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = new URL('.', import.meta.url).pathname;

/** What each room may import of the others. `paraglide` holds the compiled messages and is open to all. */
const ALLOWED: Record<string, string[]> = {
	styles: [],
	api: [],
	state: ['api'],
	ui: [],
	media: ['api', 'state', 'ui'],
	reports: ['api', 'state', 'ui'],
	users: ['api', 'state', 'ui', 'reports'],
	comments: ['api', 'state', 'ui', 'reports'],
	session: ['api', 'state', 'ui'],
	oauth: ['api', 'state', 'ui', 'media'],
	posts: ['api', 'state', 'ui', 'media', 'reports'],
	moderation: ['api', 'state', 'ui', 'media', 'reports', 'users', 'posts'],
	settings: ['api', 'state', 'ui', 'media', 'session'],
	webhooks: ['api', 'state', 'ui', 'settings'],
	frame: ['api', 'state', 'ui', 'session', 'users'],
};

/** Every import of one room from another, with the file that makes it. */
function imports(): { file: string; from: string; to: string }[] {
	const files = readdirSync(join(SOURCE, 'lib'), { recursive: true, encoding: 'utf8' });
	const own = files.filter((file) => /\.(ts|svelte)$/.test(file) && !file.startsWith('paraglide'));
	return own.flatMap((file) => {
		const from = file.split('/')[0] ?? '';
		const text = readFileSync(join(SOURCE, 'lib', file), 'utf8');
		const rooms = [...text.matchAll(/from '\$lib\/([a-z]+)/g)].map(([, room]) => room ?? '');
		return rooms.filter((to) => to !== from && to !== 'paraglide').map((to) => ({ file, from, to }));
	});
}

describe('the rooms of the web app', () => {
	it('import only what they may', () => {
		const found = imports();
		expect(found.length).toBeGreaterThan(50);
		const wrong = found.filter(({ from, to }) => !ALLOWED[from]?.includes(to));
		expect(wrong).toEqual([]);
	});

	it('never reach for another room by a relative path, nor for the routes', () => {
		const files = readdirSync(join(SOURCE, 'lib'), { recursive: true, encoding: 'utf8' });
		const sources = files.filter((file) => /\.(ts|svelte)$/.test(file) && !file.startsWith('paraglide'));
		const wrong = sources.filter((file) =>
			/from '(\.\.\/|.*routes)/.test(readFileSync(join(SOURCE, 'lib', file), 'utf8')),
		);
		expect(wrong).toEqual([]);
	});

	it('need each other in no circle', () => {
		const depth = (room: string, path: string[]): string[] => {
			if (path.includes(room)) return [...path, room];
			return (ALLOWED[room] ?? []).flatMap((next) => depth(next, [...path, room]));
		};
		expect(Object.keys(ALLOWED).flatMap((room) => depth(room, []))).toEqual([]);
	});
});

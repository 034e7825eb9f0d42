import { afterEach, describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '$lib/paraglide/runtime.js';
import { grouped, inWords, SCOPES } from './scopes';

afterEach(() => overwriteGetLocale(() => 'en'));

const asked = (...scopes: string[]) => scopes.map((scope) => ({ scope }));

describe('the scopes that an app asks for', () => {
	it('are grouped by what it sees and what it does', () => {
		expect(grouped(asked('openid', 'posts:write', 'feed:read', 'offline_access', 'mod'))).toEqual({
			see: asked('openid', 'feed:read'),
			act: asked('posts:write', 'offline_access', 'mod'),
		});
	});

	it("are the server's words in English", () => {
		const said = { scope: 'posts:write', title: 'Post for you', detail: 'In your name.' };
		expect(inWords(said)).toBe(said);
	});

	it('are Hindi for a Hindi reader, and the server speaks for a scope that is new to us', () => {
		overwriteGetLocale(() => 'hi');
		const known = { scope: 'posts:write', title: 'Post for you', detail: 'In your name.' };
		expect(inWords(known).title).toMatch(/[\u0900-\u097f]/);
		const unknown = { scope: 'tea:brew', title: 'Brew tea', detail: 'In your name.' };
		expect(inWords(unknown)).toBe(unknown);
	});

	it('all have words of their own', () => {
		const titles = Object.values(SCOPES).map(({ title }) => title());
		expect(new Set(titles).size).toBe(titles.length);
	});
});

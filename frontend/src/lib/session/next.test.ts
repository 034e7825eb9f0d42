import { describe, expect, it } from 'vitest';
import { nextPage, signInFor } from './next';

const at = (next: string) => new URL(`https://tapri.example/login?${new URLSearchParams({ next })}`);

describe('the page after signing in', () => {
	it.each(['/', '/settings/apps', '/oauth/consent?request=a.b-c', '/p/01x#comments'])('may be %s', (page) => {
		expect(nextPage(at(page))).toBe(page);
	});

	it.each([
		'https://elsewhere.example/',
		'//elsewhere.example',
		'/\\elsewhere.example',
		'\\\\elsewhere.example',
		'javascript:alert(1)',
		'settings',
		'',
		'https://tapri.example@elsewhere.example/',
	])('is never %s', (page) => {
		expect(nextPage(at(page))).toBe('/');
	});

	it('is asked for by the sign-in link, and survives the way', () => {
		const wanted = '/oauth/consent?request=a&x=1';
		const link = signInFor(new URL(`https://tapri.example${wanted}`));
		expect(nextPage(new URL(`https://tapri.example${link}`))).toBe(wanted);
		expect(signInFor(new URL('https://tapri.example/'))).toBe('/login');
	});
});

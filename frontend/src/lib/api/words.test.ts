import { afterEach, describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '$lib/paraglide/runtime.js';
import { Failure } from './failure';
import { fieldWords, words } from './words';

afterEach(() => overwriteGetLocale(() => 'en'));

function refused(
	status: number,
	details: object,
	message = 'No',
	headers: Record<string, string> = {},
): Failure {
	return Failure.answer(status, { status: 'error', message, code: status, details }, new Headers(headers));
}

describe('the words for a failure', () => {
	it('tell a missing answer from a refusal', () => {
		expect(words(Failure.network('down'))).toContain('No answer from the server');
		expect(words(refused(404, { field: 'username', issue: 'No user with that username exists' }))).toBe(
			'No user with that username exists.',
		);
	});

	it('are never those of a proxy or of a broken server', () => {
		expect(words(Failure.answer(502, null, new Headers()))).toContain('cannot read');
		expect(words(refused(500, { field: null, issue: 'Something broke' }))).toContain('Try again in a moment');
	});

	it('say when to try again', () => {
		const limited = refused(429, { field: null, issue: 'Slow down' }, 'Slow down', { 'retry-after': '20' });
		expect(words(limited)).toBe('Too many attempts. Try again in 20 seconds.');
	});

	it('go to the fields that were refused, all of them', () => {
		const faults = {
			field: 'username',
			issue: 'This user name is taken',
			reason: 'username_taken',
			errors: [
				{ field: 'username', issue: 'This user name is taken', reason: 'username_taken' },
				{ field: 'password', issue: 'Choose another', reason: 'password_too_common' },
			],
		};
		expect(fieldWords(refused(422, faults))).toEqual({
			username: 'This user name is taken.',
			password: 'Choose another.',
		});
	});

	it('are Hindi for a Hindi reader where the reason is known, and the server says the rest', () => {
		overwriteGetLocale(() => 'hi');
		const taken = { field: 'username', issue: 'This user name is taken', reason: 'username_taken' };
		expect(fieldWords(refused(409, taken)).username).toContain('उपयोगकर्ता नाम');
		expect(words(refused(409, { field: null, issue: 'Wait', reason: 'never_heard_of' }))).toBe('Wait.');
	});

	it('quote what a moderator wrote, in every language', () => {
		const removed = { field: null, issue: 'Not your photograph.', reason: 'removed_by_moderator' };
		expect(words(refused(410, removed))).toBe('A moderator removed this. The reason: Not your photograph.');
		overwriteGetLocale(() => 'hi');
		expect(words(refused(410, removed))).toMatch(/मॉडरेटर.*Not your photograph\./);
	});

	it('tell only the owner why an account is suspended', () => {
		const suspended = { field: 'username', issue: 'This account is suspended', reason: 'account_suspended' };
		expect(words(refused(410, suspended))).toBe('This account is suspended.');
		expect(words(refused(403, { ...suspended, field: null, issue: 'Spam' }))).toContain('Spam');
	});

	it('say something about what was never a failure of the API', () => {
		expect(words(new TypeError('x is undefined'))).toBe('That did not work. Try again.');
	});
});

import { describe, expect, it, vi } from 'vitest';
import { Failure } from '$lib/api/failure';
import type { Call } from '$lib/api/transport';
import { Session } from './session.svelte';

const ASHA = { user_id: '01asha', username: 'asha', display_name: 'Asha' };

function refusal(status: number, reason: string): Failure {
	return Failure.answer(
		status,
		{ message: 'No', details: { field: null, issue: 'No', reason } },
		new Headers(),
	);
}

/** A world whose server answers by path; the test reads what was sent and moves the clock. */
function world(answers: Record<string, (call: Call) => unknown>) {
	const sent: Call[] = [];
	const timers: { task: () => void; milliseconds: number }[] = [];
	const told: unknown[] = [];
	const changes: string[] = [];
	const channel = {
		postMessage: (message: unknown) => void told.push(message),
		onmessage: null as ((event: MessageEvent) => void) | null,
	};
	const session = new Session({
		send: async (call) => {
			sent.push(call);
			const answer = answers[call.path];
			if (!answer) throw new Error(`the test has no answer for ${call.path}`);
			return answer(call);
		},
		later: (task, milliseconds) => {
			const timer = { task, milliseconds };
			timers.push(timer);
			return () => void timers.splice(timers.indexOf(timer), 1);
		},
		changed: (by) => void changes.push(by),
		channel,
	});
	return { session, sent, timers, told, changes, channel };
}

const csrf = () => ({ csrf_token: 'csrf-0' });
const tokens = (name: string) => ({ access_token: name, expires_in: 600, csrf_token: `csrf-${name}` });

describe('a session', () => {
	it('is taken up again from the cookie when the app starts', async () => {
		const { session, sent } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/refresh': () => tokens('a'),
			'/api/v1/me': () => ASHA,
		});
		await session.restore();
		expect(session.status).toBe('signed-in');
		expect(session.user).toEqual(ASHA);
		expect(session.token).toBe('a');
		expect(sent[1]?.headers).toEqual({ 'X-CSRF-Token': 'csrf-0' });
		expect(sent[2]?.headers).toEqual({ Authorization: 'Bearer a' });
	});

	it('is a visitor when there is no cookie, and unreachable when nobody answers', async () => {
		const visitor = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/refresh': () => {
				throw refusal(401, 'no_session');
			},
		});
		await visitor.session.restore();
		expect(visitor.session.status).toBe('signed-out');

		const offline = world({
			'/api/v1/auth/csrf': () => {
				throw Failure.network('down');
			},
		});
		await offline.session.restore();
		expect(offline.session.status).toBe('unreachable');
	});

	it('asks for one refresh when many calls meet a 401 at once', async () => {
		const refresh = vi.fn(() => tokens('b'));
		const { session } = world({ '/api/v1/auth/csrf': csrf, '/api/v1/auth/refresh': refresh });
		const outcomes = await Promise.all([session.renew(), session.renew(), session.renew()]);
		expect(outcomes).toEqual([true, true, true]);
		expect(refresh).toHaveBeenCalledTimes(1);
	});

	it('replaces a CSRF token that another tab has made stale, once', async () => {
		let refusals = 0;
		const { session } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/login': () => ({ ...tokens('a'), user: ASHA }),
			'/api/v1/auth/refresh': ({ headers }) => {
				if (headers?.['X-CSRF-Token'] === 'csrf-0') return tokens('b');
				refusals += 1;
				throw refusal(403, 'csrf_invalid');
			},
		});
		await session.signIn({ login: 'asha', password: 'correct horse' });
		expect(await session.renew()).toBe(true);
		expect(refusals).toBe(1);
		expect(session.token).toBe('b');
	});

	it('renews before the token expires, and only one timer is ever set', async () => {
		const { session, timers } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/login': () => ({ ...tokens('a'), user: ASHA }),
			'/api/v1/auth/refresh': () => tokens('b'),
		});
		await session.signIn({ login: 'asha', password: 'correct horse' });
		expect(timers.map((timer) => timer.milliseconds)).toEqual([480_000]);
		timers[0]?.task();
		await vi.waitFor(() => expect(session.token).toBe('b'));
		expect(timers).toHaveLength(1);
	});

	it('stays signed in when a renewal gets no answer', async () => {
		let reachable = true;
		const { session } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/login': () => ({ ...tokens('a'), user: ASHA }),
			'/api/v1/auth/refresh': () => {
				if (!reachable) throw Failure.network('down');
				return tokens('b');
			},
		});
		await session.signIn({ login: 'asha', password: 'correct horse' });
		reachable = false;
		await expect(session.renew()).rejects.toMatchObject({ kind: 'network' });
		expect(session.status).toBe('signed-in');
		reachable = true;
		expect(await session.renew()).toBe(true);
	});

	it('ends in every tab', async () => {
		const { session, told, timers, changes, channel } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/login': () => ({ ...tokens('a'), user: ASHA }),
			'/api/v1/auth/logout': () => ({}),
		});
		await session.signIn({ login: 'asha', password: 'correct horse' });
		await session.signOut();
		expect(session.status).toBe('signed-out');
		expect(session.token).toBeNull();
		expect(timers).toEqual([]);
		expect(told).toEqual(['signed-in', 'signed-out']);

		await session.signIn({ login: 'asha', password: 'correct horse' });
		channel.onmessage?.({ data: 'signed-out' } as MessageEvent);
		expect(session.user).toBeNull();
		expect(changes).toEqual(['self', 'self', 'self', 'elsewhere']);
	});

	it('is over for this tab when its renewal is refused', async () => {
		const { session, changes } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/login': () => ({ ...tokens('a'), user: ASHA }),
			'/api/v1/auth/refresh': () => {
				throw refusal(401, 'refresh_token_invalid');
			},
		});
		await session.signIn({ login: 'asha', password: 'correct horse' });
		expect(await session.renew()).toBe(false);
		expect(session.status).toBe('signed-out');
		expect(changes).toEqual(['self', 'elsewhere']);
	});

	it('becomes the person who signed in in another tab', async () => {
		let name = 'asha';
		const { session, changes, channel } = world({
			'/api/v1/auth/csrf': csrf,
			'/api/v1/auth/login': () => ({ ...tokens('a'), user: ASHA }),
			'/api/v1/auth/refresh': () => tokens('b'),
			'/api/v1/me': () => ({ ...ASHA, user_id: `01${name}`, username: name }),
		});
		await session.signIn({ login: 'asha', password: 'correct horse' });
		channel.onmessage?.({ data: 'signed-in' } as MessageEvent);
		await vi.waitFor(() => expect(session.token).toBe('b'));
		expect(changes).toEqual(['self']);

		name = 'bilal';
		channel.onmessage?.({ data: 'signed-in' } as MessageEvent);
		await vi.waitFor(() => expect(session.user?.username).toBe('bilal'));
		expect(changes).toEqual(['self', 'elsewhere']);
	});
});

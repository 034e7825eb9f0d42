import { describe, expect, it } from 'vitest';
import { Api } from '$lib/api/client';
import { Failure } from '$lib/api/failure';
import type { Call } from '$lib/api/transport';
import type { Reported } from '$lib/api/types';
import { Decisions } from './decisions.svelte';

function reported(type: Reported['subject']['type'], id = 'p'): Reported {
	return {
		subject: { type, id },
		preview: null,
		reports: { count: 1, reasons: { spam: 1 }, latest_text: null },
		first_at: '2025-06-23T15:35:00Z',
		hidden: false,
	};
}

/** A moderator whose server does what it is asked to, or refuses everything. */
function moderator(refuses = false) {
	const sent: Call[] = [];
	const credentials = {
		token: 'a',
		renew: () => Promise.resolve(false),
		withCsrf: () => Promise.reject(new Error('not asked')),
	};
	const api = new Api(async (call) => {
		sent.push(call);
		if (refuses) throw Failure.network('down');
		return { action_id: 'one' };
	}, credentials);
	return { decisions: new Decisions(api), sent };
}

describe('the decisions on a queue', () => {
	it('are told to the server, and then remembered in their place', async () => {
		const { decisions, sent } = moderator();
		const post = reported('post');
		expect(decisions.of(post)).toBeUndefined();
		await decisions.hide(post, 'Spam');
		expect(sent[0]?.body).toEqual({
			action: 'hide_post',
			subject: { type: 'post', id: 'p' },
			reason: 'Spam',
		});
		expect(decisions.of(post)).toBe('hidden');
		expect(decisions.of(reported('post', 'another'))).toBeUndefined();
	});

	it('can be taken back', async () => {
		const { decisions, sent } = moderator();
		await decisions.hide(reported('comment'), 'Spam');
		await decisions.restore(reported('comment'), 'By mistake');
		expect(sent[1]?.body).toMatchObject({ action: 'restore_comment', reason: 'By mistake' });
		expect(decisions.of(reported('comment'))).toBe('restored');
	});

	it('are none where the server did not hear of them', async () => {
		const { decisions } = moderator(true);
		await expect(decisions.dismiss(reported('post'), 'Nothing')).rejects.toMatchObject({ kind: 'network' });
		expect(decisions.of(reported('post'))).toBeUndefined();
	});

	it('leave a person as they are: nobody is hidden from here', async () => {
		const { decisions, sent } = moderator();
		expect(decisions.canHide(reported('user'))).toBe(false);
		await expect(decisions.hide(reported('user'), 'Spam')).rejects.toThrow();
		await decisions.dismiss(reported('user'), 'Nothing');
		expect(sent.map(({ body }) => (body as { action: string }).action)).toEqual(['dismiss_reports']);
	});
});

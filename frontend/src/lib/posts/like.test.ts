import { describe, expect, it, vi } from 'vitest';
import { Api } from '$lib/api/client';
import { Failure } from '$lib/api/failure';
import type { Call } from '$lib/api/transport';
import type { Post } from '$lib/api/types';
import type { Toasts } from '$lib/state/toasts.svelte';
import { likeOf } from './like';

function post(likes: number, liked: boolean): Post {
	return {
		post_id: '01post',
		title: 'Midnight Chai',
		caption: '',
		visibility: 'public',
		author: { user_id: '01asha', username: 'asha', display_name: 'Asha', avatar_url: null },
		media: [],
		counts: { likes, comments: 0 },
		viewer: { liked, is_author: false },
		version: 1,
		created_at: '2025-06-23T15:35:00Z',
	};
}

/** An app whose server answers a like with `answer`. */
function app(answer: (call: Call) => unknown) {
	const warn = vi.fn();
	const credentials = {
		token: 'a',
		withCsrf: () => Promise.reject(new Error('not asked')),
		renew: () => Promise.resolve(false),
	};
	return {
		api: new Api(async (call) => answer(call), credentials),
		toasts: { warn } as unknown as Toasts,
		warn,
	};
}

describe('a like', () => {
	it('counts at once and then says what the server counted', async () => {
		const liked = post(4, false);
		const bilal = app(() => ({ counts: { likes: 9, comments: 0 } }));
		const settled = likeOf(liked, bilal).want(true);
		expect(liked.counts.likes).toBe(5);
		expect(liked.viewer.liked).toBe(true);
		await settled;
		expect(liked.counts.likes).toBe(9);
	});

	it('is taken back with the reason when the server refuses it', async () => {
		const liked = post(4, false);
		const bilal = app(() => {
			throw Failure.network('down');
		});
		await likeOf(liked, bilal).want(true);
		expect(liked.counts.likes).toBe(4);
		expect(liked.viewer.liked).toBe(false);
		expect(bilal.warn).toHaveBeenCalledOnce();
	});

	it('keeps the count right when pressed again before the answer', async () => {
		const liked = post(4, false);
		const calls: string[] = [];
		const bilal = app(({ method }) => {
			calls.push(method);
			return { counts: { likes: method === 'PUT' ? 5 : 4, comments: 0 } };
		});
		const like = likeOf(liked, bilal);
		void like.want(true);
		await like.want(false);
		expect(calls).toEqual(['PUT', 'DELETE']);
		expect(liked.counts.likes).toBe(4);
	});

	it('has one queue for all buttons of the post', () => {
		const liked = post(0, false);
		const bilal = app(() => ({ counts: { likes: 1, comments: 0 } }));
		expect(likeOf(liked, bilal)).toBe(likeOf(liked, bilal));
	});
});

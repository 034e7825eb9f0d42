import { describe, expect, it } from 'vitest';
import { Api } from '$lib/api/client';
import type { Call } from '$lib/api/transport';
import type { Comment } from '$lib/api/types';
import { Talk } from './talk.svelte';

const BILAL = { user_id: '01bilal', username: 'bilal', display_name: 'Bilal', avatar_url: null };

function comment(id: string, root: string | null, replies = 0): Comment {
	return {
		comment_id: id,
		post_id: 'p',
		parent_id: root,
		root_id: root,
		author: BILAL,
		text: id,
		deleted: false,
		counts: { likes: 0, replies },
		viewer: { liked: false, is_author: true },
		created_at: '2025-06-23T15:35:00Z',
	};
}

/** A talk whose server has these comments, and answers everything that is said with the id `new`. */
async function talk(kept: Comment[]) {
	const server = ({ method, query, body }: Call) => {
		if (method === 'DELETE') return {};
		if (method === 'POST') {
			const { parent_id } = body as { parent_id: string | null };
			const above = kept.find(({ comment_id }) => comment_id === parent_id);
			const said = comment('new', above?.root_id ?? parent_id);
			kept.push(said);
			return said;
		}
		const root = query?.parent_id ?? null;
		return { items: kept.filter(({ root_id }) => root_id === root), next_cursor: null };
	};
	const credentials = {
		token: 'a',
		renew: () => Promise.resolve(false),
		withCsrf: () => Promise.reject(new Error('not asked')),
	};
	return Talk.open(new Api(async (call) => structuredClone(server(call)), credentials), 'p');
}

const ids = (comments: readonly Comment[] | undefined) => comments?.map(({ comment_id }) => comment_id);

describe('the talk below a post', () => {
	it('shows what begins a thread, and its answers when asked', async () => {
		const bilals = await talk([comment('one', null, 1), comment('answer', 'one'), comment('two', null)]);
		expect(ids(bilals.comments.items)).toEqual(['one', 'two']);
		expect(bilals.answers.size).toBe(0);
		await bilals.unfold(bilals.comments.items[0] as Comment);
		expect(ids(bilals.answers.get('one')?.items)).toEqual(['answer']);
	});

	it('puts what is said at its end', async () => {
		const bilals = await talk([comment('one', null)]);
		await bilals.say('new', null, 'key');
		expect(ids(bilals.comments.items)).toEqual(['one', 'new']);
	});

	it('puts an answer into its thread once, whether that was folded or not', async () => {
		const folded = await talk([comment('one', null, 1), comment('answer', 'one')]);
		await folded.say('new', comment('answer', 'one'), 'key');
		expect(ids(folded.answers.get('one')?.items)).toEqual(['answer', 'new']);
		expect(folded.comments.items[0]?.counts.replies).toBe(2);

		const open = await talk([comment('one', null, 1), comment('answer', 'one')]);
		await open.unfold(open.comments.items[0] as Comment);
		await open.say('new', open.comments.items[0] as Comment, 'key');
		expect(ids(open.answers.get('one')?.items)).toEqual(['answer', 'new']);
	});

	it('keeps an empty place above answers when what they answer is deleted', async () => {
		const bilals = await talk([comment('one', null, 1), comment('answer', 'one'), comment('two', null)]);
		await bilals.remove(bilals.comments.items[0] as Comment);
		await bilals.remove(bilals.comments.items[1] as Comment);
		expect(ids(bilals.comments.items)).toEqual(['one']);
		expect(bilals.comments.items[0]).toMatchObject({ deleted: true, author: null, text: '' });
	});
});

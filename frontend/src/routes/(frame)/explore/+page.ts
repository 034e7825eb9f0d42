import { readExplore } from '$lib/posts/calls';
import { postList } from '$lib/posts/feed';

export async function load({ parent }) {
	const { app } = await parent();
	const posts = await app.memory.recall('/explore', () =>
		postList(app, (cursor) => readExplore(app.api, cursor)),
	);
	return { posts, width: 'wide' as const };
}

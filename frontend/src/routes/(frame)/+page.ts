import { postList } from '$lib/posts/feed';
import { readHomeFeed } from '$lib/posts/calls';

export async function load({ parent }) {
	const { app } = await parent();
	if (app.session.status === 'unreachable') await app.session.restore();
	if (!app.session.user) return { feed: null, width: 'full' as const };
	const feed = await app.memory.recall('/', () => postList(app, (cursor) => readHomeFeed(app.api, cursor)));
	return { feed, width: 'column' as const };
}

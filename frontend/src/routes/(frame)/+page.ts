import { readExplore, readHomeFeed } from '$lib/posts/calls';
import { postList } from '$lib/posts/feed';
import type { App } from '$lib/state/app';

export async function load({ parent }) {
	const { app } = await parent();
	if (!app.session.user) return { feed: null, picks: await picks(app), width: 'full' as const };
	const feed = await app.memory.recall('/', () => postList(app, (cursor) => readHomeFeed(app.api, cursor)));
	return { feed, picks: [], width: 'column' as const };
}

/** Up to nine public photographs for a visitor; none where the server keeps them to its members. */
async function picks(app: App) {
	try {
		const { items } = await readExplore(app.api);
		return items.filter(({ media }) => media.length > 0).slice(0, 9);
	} catch {
		// The landing page works without them, and the doors on it are what a visitor came for.
		return [];
	}
}

import { postList } from '$lib/posts/feed';
import { readUser, readUserPosts } from '$lib/users/calls';

export async function load({ parent, params, url }) {
	const { app } = await parent();
	return app.memory.recall(url.pathname, async () => {
		const [user, posts] = await Promise.all([
			readUser(app.api, params.user),
			postList(app, (cursor) => readUserPosts(app.api, params.user, cursor)),
		]);
		return { user, posts, width: 'wide' as const };
	});
}

import { readComments } from '$lib/comments/calls';
import { readPost } from '$lib/posts/calls';
import { Paged } from '$lib/state/paged.svelte';

export async function load({ parent, params }) {
	const { app } = await parent();
	// Both at once: the talk needs nothing of the post.
	const [post, comments] = await Promise.all([
		readPost(app.api, params.id),
		Paged.first((cursor) => readComments(app.api, params.id, cursor)),
	]);
	return { post: app.posts.keep(post), comments, width: 'full' as const };
}

import { Talk } from '$lib/comments/talk.svelte';
import { readPost } from '$lib/posts/calls';

export async function load({ parent, params }) {
	const { app } = await parent();
	// Both at once: the talk needs nothing of the post.
	const [post, talk] = await Promise.all([readPost(app.api, params.id), Talk.open(app.api, params.id)]);
	return { post: app.posts.keep(post), talk, width: 'full' as const };
}

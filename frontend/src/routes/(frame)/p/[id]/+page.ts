import { Failure } from '$lib/api/failure';
import { Talk } from '$lib/comments/talk.svelte';
import { readPost } from '$lib/posts/calls';
import { hasRole } from '$lib/session/guard';
import type { App } from '$lib/state/app';

export async function load({ parent, params }) {
	const { app } = await parent();
	// All at once: the talk needs nothing of the post.
	const [post, talk, ModPostMenu] = await Promise.all([
		readPost(app.api, params.id),
		talkBelow(app, params.id),
		menuForMods(app),
	]);
	return { post: app.posts.keep(post), talk, ModPostMenu, width: 'full' as const };
}

/** Null below a post that a moderator removed: whoever still sees it does not talk there. */
async function talkBelow({ api }: App, postId: string): Promise<Talk | null> {
	try {
		return await Talk.open(api, postId);
	} catch (thrown) {
		if (thrown instanceof Failure && thrown.status === 410) return null;
		throw thrown;
	}
}

/** Nobody else's browser fetches what only moderators use. */
async function menuForMods({ session }: App) {
	if (!hasRole(session.user, 'mod')) return null;
	return (await import('$lib/moderation/ModPostMenu.svelte')).default;
}

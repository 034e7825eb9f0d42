// The reader's like of a post: flips at once, tells the server in order, comes back when refused.
import { words } from '$lib/api/words';
import type { Post } from '$lib/api/types';
import type { App } from '$lib/state/app';
import { Intent } from '$lib/state/intent';
import { setLike } from './calls';

/** Changes `post` itself, which is shared by everything that shows it. One for each post, see `likeOf`. */
function likeIntent(post: Post, { api, toasts }: Pick<App, 'api' | 'toasts'>): Intent {
	return new Intent(post.viewer.liked, {
		async send(on) {
			const { counts } = await setLike(api, post.post_id, on);
			// What was pressed meanwhile is not in the server's count yet.
			const pressed = Number(post.viewer.liked) - Number(on);
			post.counts.likes = counts.likes + pressed;
		},
		show(on) {
			if (on === post.viewer.liked) return;
			post.counts.likes += on ? 1 : -1;
			post.viewer.liked = on;
		},
		refused: (thrown) => toasts.warn(words(thrown)),
	});
}

const intents = new WeakMap<Post, Intent>();

/** The one queue for this post's likes, however many buttons there are for it. */
export function likeOf(post: Post, app: Pick<App, 'api' | 'toasts'>): Intent {
	const known = intents.get(post);
	if (known) return known;
	const made = likeIntent(post, app);
	intents.set(post, made);
	return made;
}

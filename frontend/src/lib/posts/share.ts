// Hands a post's address to whatever the device shares with; else puts it on the clipboard.
import { words } from '$lib/api/words';
import type { Post } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';
import type { Toasts } from '$lib/state/toasts.svelte';
import { nameOf } from './feed';

export async function share(post: Post, toasts: Toasts): Promise<void> {
	const url = `${location.origin}/p/${post.post_id}`;
	try {
		// Only where touch is the way to point: a desktop's share dialog is slower than a copied link.
		if (navigator.share && matchMedia('(pointer: coarse)').matches) {
			await navigator.share({ url, title: nameOf(post, m.photo_by) });
			return;
		}
		await navigator.clipboard.writeText(url);
		toasts.tell(m.link_copied());
	} catch (thrown) {
		// Closing the share sheet is an answer, not a failure.
		if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
		toasts.warn(words(thrown));
	}
}

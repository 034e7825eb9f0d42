// Where the reader stands in a feed: the first post in the window and how far its top is from the window's.
// A distance in pixels from the top of the page would be wrong as soon as a post above has another height.
import { tick } from 'svelte';
import type { Anchor } from '$lib/state/history';

export function findAnchor(feed: HTMLElement): Anchor | null {
	for (const article of feed.querySelectorAll('article')) {
		const { top, bottom } = article.getBoundingClientRect();
		if (bottom > 0) return window.scrollY === 0 ? null : { id: article.id, offset: top };
	}
	return null;
}

/** Brings the anchor back to where it was. Twice: the first scroll makes the browser draw what is there. */
export async function restoreAnchor(feed: HTMLElement, anchor: Anchor | null): Promise<void> {
	if (!anchor) return;
	for (let time = 0; time < 2; time += 1) {
		await tick();
		await new Promise((resolve) => requestAnimationFrame(resolve));
		const article = feed.querySelector(`#${CSS.escape(anchor.id)}`);
		if (!article) return;
		window.scrollBy({ top: article.getBoundingClientRect().top - anchor.offset, behavior: 'instant' });
	}
}

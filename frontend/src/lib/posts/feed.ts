// Lists of posts in which every post is the one object that stands for it.
import type { Post } from '$lib/api/types';
import type { App } from '$lib/state/app';
import { Paged, type FetchPage } from '$lib/state/paged.svelte';

/** A list of posts, its first page read. */
export function postList(app: App, fetchPage: FetchPage<Post>): Promise<Paged<Post>> {
	return Paged.first(async (cursor) => {
		const page = await fetchPage(cursor);
		return { ...page, items: page.items.map((post) => app.posts.keep(post)) };
	});
}

/** What a post is called where a name is needed: its title, else whose it is. */
export function nameOf(post: Post, by: (name: { name: string }) => string): string {
	return post.title || by({ name: post.author.display_name || post.author.username });
}

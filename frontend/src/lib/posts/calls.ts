// The calls about posts and feeds.
import type { Api } from '$lib/api/client';
import type { Liked, Page, Post, Visibility } from '$lib/api/types';

const post = (id: string) => `/api/v1/posts/${encodeURIComponent(id)}`;

export interface NewPost {
	title?: string | undefined;
	caption?: string | undefined;
	media_ids?: string[] | undefined;
	visibility: Visibility;
}

export function readPost(api: Api, id: string): Promise<Post> {
	return api.get(post(id));
}

export function readHomeFeed(api: Api, cursor: string | null): Promise<Page<Post>> {
	return api.get('/api/v1/feed/home', { query: { limit: 10, cursor } });
}

/** @param key the same for every attempt at the same post, so that none is posted twice */
export function createPost(api: Api, body: NewPost, key: string): Promise<Post> {
	return api.post('/api/v1/posts', { body, headers: { 'Idempotency-Key': key } });
}

export function changePost(api: Api, id: string, body: Partial<NewPost>): Promise<Post> {
	return api.patch(post(id), { body });
}

export async function deletePost(api: Api, id: string): Promise<void> {
	await api.delete(post(id));
}

export function setLike(api: Api, id: string, on: boolean): Promise<Liked> {
	return on ? api.put(`${post(id)}/like`) : api.delete(`${post(id)}/like`);
}

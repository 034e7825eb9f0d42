// The calls about posts and feeds.
import type { Api } from '$lib/api/client';
import type { NewPost, PostChange } from '$lib/api/types';

const POST = '/api/v1/posts/{post_id}';

export function readPost(api: Api, post_id: string) {
	return api.get(POST, { path: { post_id } });
}

export function readHomeFeed(api: Api, cursor?: string) {
	return api.get('/api/v1/feed/home', { query: { limit: 10, cursor } });
}

/** The newest public posts of everybody. */
export function readExplore(api: Api, cursor?: string) {
	return api.get('/api/v1/feed/explore', { query: { limit: 30, cursor } });
}

/** @param key the same for every attempt at the same post, so that none is posted twice */
export function createPost(api: Api, body: NewPost, key: string) {
	return api.post('/api/v1/posts', { body, headers: { 'Idempotency-Key': key } });
}

export function changePost(api: Api, post_id: string, body: PostChange) {
	return api.patch(POST, { path: { post_id }, body });
}

export function deletePost(api: Api, post_id: string) {
	return api.delete(POST, { path: { post_id } });
}

export function setLike(api: Api, post_id: string, on: boolean) {
	const path = { post_id };
	return on ? api.put(`${POST}/like`, { path }) : api.delete(`${POST}/like`, { path });
}

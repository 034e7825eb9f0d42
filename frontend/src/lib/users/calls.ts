// The calls about people.
import type { Api } from '$lib/api/client';

const USER = '/api/v1/users/{username}';

export function readUser(api: Api, username: string) {
	return api.get(USER, { path: { username } });
}

export function readUserPosts(api: Api, username: string, cursor?: string) {
	return api.get(`${USER}/posts`, { path: { username }, query: { limit: 30, cursor } });
}

export function readPeople(api: Api, username: string, list: 'followers' | 'following', cursor?: string) {
	return api.get(`${USER}/${list}`, { path: { username }, query: { limit: 40, cursor } });
}

/** People whose user name begins with `q`. */
export function findPeople(api: Api, q: string, cursor?: string) {
	return api.get('/api/v1/search', { query: { q, type: 'people', limit: 30, cursor } });
}

export async function setFollow(api: Api, username: string, on: boolean): Promise<void> {
	const path = { username };
	await (on ? api.put(`${USER}/follow`, { path }) : api.delete(`${USER}/follow`, { path }));
}

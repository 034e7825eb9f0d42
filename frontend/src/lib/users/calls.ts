// The calls about people.
import type { Api } from '$lib/api/client';
import type { Page, Post, User, UserRef } from '$lib/api/types';

const user = (username: string) => `/api/v1/users/${encodeURIComponent(username)}`;

export function readUser(api: Api, username: string): Promise<User> {
	return api.get(user(username));
}

export function readUserPosts(api: Api, username: string, cursor: string | null): Promise<Page<Post>> {
	return api.get(`${user(username)}/posts`, { query: { limit: 30, cursor } });
}

export function readPeople(
	api: Api,
	username: string,
	list: 'followers' | 'following',
	cursor: string | null,
): Promise<Page<UserRef>> {
	return api.get(`${user(username)}/${list}`, { query: { limit: 40, cursor } });
}

export async function setFollow(api: Api, username: string, on: boolean): Promise<void> {
	await (on ? api.put(`${user(username)}/follow`) : api.delete(`${user(username)}/follow`));
}

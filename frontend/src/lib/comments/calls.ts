// The calls about comments.
import type { Api } from '$lib/api/client';
import type { Comment, Page } from '$lib/api/types';

const ofPost = (postId: string) => `/api/v1/posts/${encodeURIComponent(postId)}/comments`;

export function readComments(api: Api, postId: string, cursor: string | null): Promise<Page<Comment>> {
	return api.get(ofPost(postId), { query: { limit: 30, cursor } });
}

/** @param key the same for every attempt at the same comment */
export function createComment(
	api: Api,
	postId: string,
	body: { text: string; parent_id?: string | undefined },
	key: string,
): Promise<Comment> {
	return api.post(ofPost(postId), { body, headers: { 'Idempotency-Key': key } });
}

export async function deleteComment(api: Api, commentId: string): Promise<void> {
	await api.delete(`/api/v1/comments/${encodeURIComponent(commentId)}`);
}

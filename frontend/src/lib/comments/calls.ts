// The calls about comments.
import type { Api } from '$lib/api/client';
import type { NewComment } from '$lib/api/types';

const OF_POST = '/api/v1/posts/{post_id}/comments';

/** The comments that begin a thread, oldest first. */
export function readComments(api: Api, post_id: string, cursor?: string) {
	return api.get(OF_POST, { path: { post_id }, query: { limit: 30, cursor } });
}

/** The answers in the thread that the comment `parent_id` begins, oldest first. */
export function readAnswers(api: Api, post_id: string, parent_id: string, cursor?: string) {
	return api.get(OF_POST, { path: { post_id }, query: { parent_id, limit: 30, cursor } });
}

/** @param key the same for every attempt at the same comment */
export function createComment(api: Api, post_id: string, body: NewComment, key: string) {
	return api.post(OF_POST, { path: { post_id }, body, headers: { 'Idempotency-Key': key } });
}

export function deleteComment(api: Api, comment_id: string) {
	return api.delete('/api/v1/comments/{comment_id}', { path: { comment_id } });
}

// Comments as threads: answers below what they answer, whatever order they came in.
import type { Comment } from '$lib/api/types';

export interface CommentThread {
	comment: Comment;
	replies: Comment[];
}

/** An answer whose thread is not there (deleted, or on a later page) stands by itself. */
export function threaded(comments: readonly Comment[]): CommentThread[] {
	const threads = new Map<string, CommentThread>();
	for (const comment of comments) {
		const above = comment.parent_id === null ? undefined : threads.get(comment.parent_id);
		if (above) above.replies.push(comment);
		else threads.set(comment.comment_id, { comment, replies: [] });
	}
	return [...threads.values()];
}

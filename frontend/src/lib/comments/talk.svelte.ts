// The talk below a post: comments that begin a thread, and the answers in each, which are read when somebody
// wants to see them.
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '$lib/api/client';
import type { Comment } from '$lib/api/types';
import { Paged } from '$lib/state/paged.svelte';
import { createComment, deleteComment, readAnswers, readComments } from './calls';

export class Talk {
	/** The opened threads, by the comment that begins them. */
	readonly answers = new SvelteMap<string, Paged<Comment>>();

	private constructor(
		private readonly api: Api,
		private readonly postId: string,
		readonly comments: Paged<Comment>,
	) {}

	/** The talk below a post, its first page read. */
	static async open(api: Api, postId: string): Promise<Talk> {
		const comments = await Paged.first((cursor) => readComments(api, postId, cursor));
		return new Talk(api, postId, comments);
	}

	/** Shows the answers below `root`. Never throws: what failed stands in the list itself. */
	async unfold(root: Comment): Promise<void> {
		if (this.answers.has(root.comment_id)) return;
		const answers = this.listOf(root.comment_id);
		this.answers.set(root.comment_id, answers);
		await answers.more();
	}

	/** Says something; below `answered` where something is answered. @param key the same for every attempt */
	async say(text: string, answered: Comment | null, key: string): Promise<void> {
		const parent_id = answered?.comment_id ?? null;
		const said = await createComment(this.api, this.postId, { text, parent_id }, key);
		const root = this.comments.items.find(({ comment_id }) => comment_id === said.root_id);
		if (!root) {
			this.comments.append(said);
			return;
		}
		root.counts.replies += 1;
		// A thread that was folded is read, and what was just said is in it.
		if (this.answers.has(root.comment_id)) this.answers.get(root.comment_id)?.append(said);
		else await this.unfold(root);
	}

	/** Deletes a comment. What others answered stays, below an empty place. */
	async remove(comment: Comment): Promise<void> {
		await deleteComment(this.api, comment.comment_id);
		const is = ({ comment_id }: Comment) => comment_id === comment.comment_id;
		if (comment.root_id) {
			this.answers.get(comment.root_id)?.remove(is);
			const root = this.comments.items.find(({ comment_id }) => comment_id === comment.root_id);
			if (root) root.counts.replies -= 1;
		} else if (comment.counts.replies > 0) {
			Object.assign(comment, { deleted: true, author: null, text: '' });
		} else {
			this.comments.remove(is);
		}
	}

	private listOf(rootId: string): Paged<Comment> {
		return new Paged((cursor) => readAnswers(this.api, this.postId, rootId, cursor));
	}
}

// What this moderator has decided on the queue since it was read. A decided subject keeps its place, so that nothing
// moves under the hand and a decision made in haste can be taken back; the next reading leaves it out.
import { SvelteMap } from 'svelte/reactivity';
import type { Api } from '$lib/api/client';
import type { ModerationAction, Reported } from '$lib/api/types';
import { act } from './calls';

/** How a subject stands: undecided where there is none. */
export type Decision = 'hidden' | 'dismissed' | 'restored';

type Verb = ModerationAction['action'];

/** A person is not hidden: an admin suspends them. */
const HIDE: Partial<Record<Reported['subject']['type'], Verb>> = {
	post: 'hide_post',
	comment: 'hide_comment',
};
const RESTORE: typeof HIDE = { post: 'restore_post', comment: 'restore_comment' };

export class Decisions {
	private readonly made = new SvelteMap<string, Decision>();

	constructor(private readonly api: Api) {}

	of({ subject }: Reported): Decision | undefined {
		return this.made.get(keyOf(subject));
	}

	/** Whether it is something that can be hidden at all. */
	canHide({ subject }: Reported): boolean {
		return HIDE[subject.type] !== undefined;
	}

	/** Takes it from everybody's eyes. Throws what the call throws, and nothing is decided then. */
	hide(reported: Reported, reason: string): Promise<void> {
		return this.decide(reported, HIDE[reported.subject.type], reason, 'hidden');
	}

	/** Shows it again. */
	restore(reported: Reported, reason: string): Promise<void> {
		return this.decide(reported, RESTORE[reported.subject.type], reason, 'restored');
	}

	/** Leaves it as it is. */
	dismiss(reported: Reported, reason: string): Promise<void> {
		return this.decide(reported, 'dismiss_reports', reason, 'dismissed');
	}

	private async decide({ subject }: Reported, verb: Verb | undefined, reason: string, decision: Decision) {
		if (verb === undefined) throw new Error(`a ${subject.type} cannot be hidden`);
		await act(this.api, { action: verb, subject, reason });
		this.made.set(keyOf(subject), decision);
	}
}

/** Names a subject among all others; also the key of its place in a list. */
export function keyOf({ type, id }: Reported['subject']): string {
	return `${type}:${id}`;
}

// The one place that turns a failure into words. The server's own sentences are plain English; where the
// reader's language is another one, a known reason is said in that language.
// To teach it a reason: add a message `reason_<slug>` to messages/*.json and a line to REASONS.
import { m } from '$lib/paraglide/messages.js';
import { getLocale } from '$lib/paraglide/runtime.js';
import { Failure, type FieldFault } from './failure';
import { REASONS } from './reasons';

/** One sentence for whatever was thrown: what is wrong, and what helps. */
export function words(thrown: unknown): string {
	if (!(thrown instanceof Failure)) return m.failure_unknown();
	switch (thrown.kind) {
		case 'network':
			return m.failure_network();
		case 'unreadable':
			return thrown.status === 413 ? m.failure_too_large() : m.failure_unreadable();
		case 'answer':
			return ofAnswer(thrown);
	}
}

/** The sentence for each refused field, by field name. */
export function fieldWords(thrown: unknown): Record<string, string> {
	if (!(thrown instanceof Failure)) return {};
	const named = thrown.faults.filter((fault) => fault.field !== null);
	return Object.fromEntries(named.map((fault) => [fault.field, ofFault(fault)]));
}

function ofAnswer(failure: Failure): string {
	if (failure.status === 429) return m.failure_too_often({ seconds: failure.retryAfter ?? 60 });
	if (failure.status >= 500) return m.failure_server();
	const own = failure.reason === null ? undefined : REASONS[failure.reason];
	if (own) return own();
	const [only] = failure.faults;
	const said = failure.faults.length === 1 && only?.issue ? only.issue : failure.message;
	return said || m.failure_unknown();
}

function ofFault({ reason, issue }: FieldFault): string {
	const own = reason === null ? undefined : REASONS[reason];
	// In English the server's sentence is the more exact one: it knows the numbers.
	return own && getLocale() !== 'en' ? own() : issue || own?.() || m.failure_unknown();
}

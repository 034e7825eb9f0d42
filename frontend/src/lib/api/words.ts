// The one place that turns a failure into words. The server's own sentences are plain English; where the
// reader's language is another one, a known reason is said in that language.
// To teach it a reason: add a message `reason_<slug>` to messages/*.json and a line to REASONS.
import { m } from '$lib/paraglide/messages.js';
import { getLocale } from '$lib/paraglide/runtime.js';
import { Failure, type FieldFault } from './failure';
import { QUOTED, REASONS } from './reasons';

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
	if (failure.status === 500) return m.failure_server();
	const [only] = failure.faults;
	const quoted = QUOTED[`${failure.status} ${failure.reason}`];
	if (quoted && only) return quoted({ reason: only.issue });
	const own = inOtherLanguage(failure.reason);
	if (own) return own;
	const said = failure.faults.length === 1 && only?.issue ? only.issue : failure.message;
	return sentence(said) || m.failure_unknown();
}

function ofFault({ reason, issue }: FieldFault): string {
	return inOtherLanguage(reason) ?? (sentence(issue) || m.failure_unknown());
}

/** The server speaks English, exactly: it knows the numbers. For another language there are our own words. */
function inOtherLanguage(reason: string | null): string | undefined {
	return reason === null || getLocale() === 'en' ? undefined : REASONS[reason]?.();
}

/** The server's sentences come without their full stop. */
function sentence(said: string): string {
	return said === '' || /[.!?।…]$/.test(said) ? said : `${said}.`;
}

// What can go wrong between the app and the server, as one type. Not the words for it: those are in words.ts.

/** One field that the server refused. */
export interface FieldFault {
	field: string | null;
	issue: string;
	reason: string | null;
}

/** The app that somebody came from, and where it lives, if anywhere. */
export interface WayBack {
	name: string;
	uri: string | null;
}

/** The error half of the envelope that every path under `/api/` answers with. */
interface ErrorEnvelope {
	message?: string;
	details?: {
		field?: string | null;
		issue?: string;
		reason?: string;
		request_id?: string;
		way_back?: WayBack;
		errors?: { field?: string | null; issue: string; reason?: string }[];
	};
}

/**
 * A call that did not succeed. `network`: no answer came, whether anything was done is unknown.
 * `answer`: the server said no, `status` tells in which way. `unreadable`: something answered that is not
 * our server (a proxy's error page).
 */
export class Failure extends Error {
	override readonly name = 'Failure';

	private constructor(
		readonly kind: 'network' | 'answer' | 'unreadable',
		message: string,
		readonly status: number,
		/** Stable slug for programs, for example `username_taken`. */
		readonly reason: string | null = null,
		readonly faults: readonly FieldFault[] = [],
		readonly requestId: string | null = null,
		/** Seconds after which it makes sense to try again, where the server said so. */
		readonly retryAfter: number | null = null,
		/** Of a request that cannot be decided any more: the app that made it. */
		readonly wayBack: WayBack | null = null,
	) {
		super(message);
	}

	static network(cause: unknown): Failure {
		const failure = new Failure('network', 'no answer', 0);
		failure.cause = cause;
		return failure;
	}

	/** Reads the envelope of an answer that is not 2xx. `body` is null where it was no JSON. */
	static answer(status: number, body: unknown, headers: Headers): Failure {
		const requestId = headers.get('x-request-id');
		const seconds = Number(headers.get('retry-after'));
		const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds : null;
		if (typeof body !== 'object' || body === null) {
			return new Failure('unreadable', `status ${status}`, status, null, [], requestId, retryAfter);
		}
		const { message, details = {} } = body as ErrorEnvelope;
		const first = { field: details.field, issue: details.issue ?? message ?? '', reason: details.reason };
		const faults = (details.errors?.length ? details.errors : [first]).map((fault) => ({
			field: fault.field ?? null,
			issue: fault.issue,
			reason: fault.reason ?? null,
		}));
		return new Failure(
			'answer',
			message ?? '',
			status,
			details.reason ?? null,
			faults,
			details.request_id ?? requestId,
			retryAfter,
			details.way_back ?? null,
		);
	}
}

/** Whether `thrown` is the server's answer with this reason slug. */
export function hasReason(thrown: unknown, reason: string): boolean {
	return thrown instanceof Failure && thrown.reason === reason;
}

// One request and its answer: builds the URL, sends JSON, opens the envelope. Knows no token and no session.
import { getLocale } from '$lib/paraglide/runtime.js';
import { Failure } from './failure';

/** What can be said with a request. */
export interface Call {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Path below the origin, its parameters filled in. */
	path: string;
	query?: Record<string, string | number | boolean | null | undefined> | undefined;
	/** Sent as JSON. */
	body?: unknown;
	headers?: Record<string, string> | undefined;
	signal?: AbortSignal | undefined;
}

/** Sends one request and returns the envelope's `data`; throws a `Failure` for everything else. */
export type Send = (call: Call) => Promise<unknown>;

/** @param fetcher the browser's `fetch`, or a stand-in of a test */
export function transport(fetcher: typeof fetch): Send {
	return async (call) => {
		const response = await fetcher(urlOf(call), {
			method: call.method,
			headers: headersOf(call),
			body: call.body === undefined ? null : JSON.stringify(call.body),
			credentials: 'same-origin',
			signal: call.signal ?? null,
		}).catch((cause: unknown) => {
			// A caller who gave up is no network failure and must not be told of one.
			if (call.signal?.aborted) throw cause;
			throw Failure.network(cause);
		});
		const body = await bodyOf(response);
		if (!response.ok || body === null) throw Failure.answer(response.status, body, response.headers);
		return (body as { data: unknown }).data;
	};
}

function urlOf({ path, query = {} }: Call): string {
	const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
	const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
	return search.size > 0 ? `${path}?${search}` : path;
}

function headersOf(call: Call): Record<string, string> {
	const json: Record<string, string> = call.body === undefined ? {} : { 'Content-Type': 'application/json' };
	// The language that was chosen here, which need not be the browser's: letters are written in it.
	return { Accept: 'application/json', 'Accept-Language': getLocale(), ...json, ...call.headers };
}

async function bodyOf(response: Response): Promise<unknown> {
	try {
		return await response.json();
	} catch {
		return null;
	}
}

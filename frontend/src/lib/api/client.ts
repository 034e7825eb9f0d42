// The one client of the API: a request with the session's token, and once more after a renewed one.
// To call a new route, write a function in the feature's `calls.ts`; nothing else sends requests.
import { Failure } from './failure';
import type { Call, Send } from './transport';

/** Who speaks: implemented by the session, which alone knows tokens. */
export interface Credentials {
	/** The access token, or null when nobody is signed in. */
	readonly token: string | null;
	/** Makes a call that a cookie stands behind: with the CSRF token, and once more when that was out of date. */
	withCsrf<T>(attempt: (csrf: string) => Promise<T>): Promise<T>;
	/** Gets a new access token; false when the session is over. Callers at the same time share one attempt. */
	renew(): Promise<boolean>;
}

type Options = Pick<Call, 'query' | 'body' | 'signal' | 'headers'>;

export class Api {
	constructor(
		private readonly send: Send,
		readonly credentials: Credentials,
	) {}

	get<T>(path: string, options: Options = {}): Promise<T> {
		return this.call<T>({ method: 'GET', path, ...options });
	}

	post<T>(path: string, options: Options = {}): Promise<T> {
		return this.call<T>({ method: 'POST', path, ...options });
	}

	put<T>(path: string, options: Options = {}): Promise<T> {
		return this.call<T>({ method: 'PUT', path, ...options });
	}

	patch<T>(path: string, options: Options = {}): Promise<T> {
		return this.call<T>({ method: 'PATCH', path, ...options });
	}

	delete<T>(path: string, options: Options = {}): Promise<T> {
		return this.call<T>({ method: 'DELETE', path, ...options });
	}

	private async call<T>(call: Call): Promise<T> {
		const token = this.credentials.token;
		try {
			return (await this.send(withBearer(call, token))) as T;
		} catch (thrown) {
			const expired = token !== null && thrown instanceof Failure && thrown.status === 401;
			if (!expired || !(await this.credentials.renew())) throw thrown;
			return (await this.send(withBearer(call, this.credentials.token))) as T;
		}
	}
}

function withBearer(call: Call, token: string | null): Call {
	if (token === null) return call;
	return { ...call, headers: { ...call.headers, Authorization: `Bearer ${token}` } };
}

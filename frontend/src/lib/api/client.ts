// The one client of the API: a request with the session's token, and once more after a renewed one. Paths,
// parameters, bodies and answers are checked against the generated schema.
// To call a new route, write a function in the feature's `calls.ts`; nothing else sends requests.
import { Failure } from './failure';
import type { Arguments, Data, Method, Operation, PathOf } from './operations';
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

/** What a call says, when nobody asks any more whether its route wants it. */
interface Said {
	path?: Record<string, string>;
	query?: Call['query'];
	body?: unknown;
	headers?: Record<string, string>;
	signal?: AbortSignal;
}

type Answer<M extends Method, Path extends PathOf<M>> = Promise<Data<Operation<M, Path>>>;

export class Api {
	constructor(
		private readonly send: Send,
		readonly credentials: Credentials,
	) {}

	get<Path extends PathOf<'get'>>(path: Path, ...said: Arguments<Operation<'get', Path>>) {
		return this.call('GET', path, said) as Answer<'get', Path>;
	}

	post<Path extends PathOf<'post'>>(path: Path, ...said: Arguments<Operation<'post', Path>>) {
		return this.call('POST', path, said) as Answer<'post', Path>;
	}

	put<Path extends PathOf<'put'>>(path: Path, ...said: Arguments<Operation<'put', Path>>) {
		return this.call('PUT', path, said) as Answer<'put', Path>;
	}

	patch<Path extends PathOf<'patch'>>(path: Path, ...said: Arguments<Operation<'patch', Path>>) {
		return this.call('PATCH', path, said) as Answer<'patch', Path>;
	}

	delete<Path extends PathOf<'delete'>>(path: Path, ...said: Arguments<Operation<'delete', Path>>) {
		return this.call('DELETE', path, said) as Answer<'delete', Path>;
	}

	private async call(method: Call['method'], template: string, [said = {}]: [Said?]): Promise<unknown> {
		const { path: parameters = {}, ...rest } = said;
		const call: Call = { method, path: filled(template, parameters), ...rest };
		const token = this.credentials.token;
		try {
			return await this.send(withBearer(call, token));
		} catch (thrown) {
			const expired = token !== null && thrown instanceof Failure && thrown.status === 401;
			if (!expired || !(await this.credentials.renew())) throw thrown;
			return this.send(withBearer(call, this.credentials.token));
		}
	}
}

/** `/posts/{post_id}` with its parameters in place. */
function filled(template: string, parameters: Record<string, string>): string {
	return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
}

function withBearer(call: Call, token: string | null): Call {
	if (token === null) return call;
	return { ...call, headers: { ...call.headers, Authorization: `Bearer ${token}` } };
}

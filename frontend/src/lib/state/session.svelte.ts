// Who is signed in on this device. The access token lives in this object and nowhere else; the refresh
// token is in a cookie that no script reads. Not here: the forms (lib/session) and the calls (lib/api).
import { Failure, hasReason } from '$lib/api/failure';
import type { Credentials } from '$lib/api/client';
import type { Send } from '$lib/api/transport';
import type { Me, SignedIn, SignIn, SignUp, Tokens } from '$lib/api/types';

/** What a session needs of the world, so that a test can be the world. */
export interface SessionWorld {
	send: Send;
	/** Runs `task` after so many milliseconds; returns how to call it off. */
	later(task: () => void, milliseconds: number): () => void;
	/**
	 * Told that another person, or nobody, is signed in now: by this tab's own form, whose page goes on by
	 * itself, or by another tab or the session's end, after which nothing shown here may stay.
	 */
	changed(by: 'self' | 'elsewhere'): void;
	/** Tells this browser's other tabs. */
	channel: { postMessage(message: unknown): void; onmessage: ((event: MessageEvent) => void) | null };
}

type Status = 'starting' | 'unreachable' | 'signed-out' | 'signed-in';

/** The share of an access token's life after which it is renewed without anybody asking. */
const RENEW_AFTER = 0.8;

export class Session implements Credentials {
	status = $state<Status>('starting');
	/** The signed-in person, null for a visitor. */
	user = $state.raw<Me | null>(null);

	private accessToken: string | null = null;
	private csrfToken: string | null = null;
	private renewal: Promise<boolean> | null = null;
	private callOff: () => void = () => undefined;

	constructor(private readonly world: SessionWorld) {
		world.channel.onmessage = ({ data }) => this.heard(data);
	}

	get token(): string | null {
		return this.accessToken;
	}

	/** Takes up the session that this browser already has, if it has one. Never throws. */
	async restore(): Promise<void> {
		try {
			if (await this.renew()) await this.readUser();
		} catch {
			this.status = 'unreachable';
		}
	}

	async signIn(form: SignIn): Promise<Me> {
		return this.enter('/api/v1/auth/login', form);
	}

	async signUp(form: SignUp): Promise<Me> {
		return this.enter('/api/v1/auth/register', form);
	}

	/** Ends the session on the server and in every tab. Throws where the server could not be told. */
	async signOut(): Promise<void> {
		await this.guarded('/api/v1/auth/logout');
		this.forget();
	}

	/** The account behind this session is gone, and the session with it: nothing of it stays in any tab. */
	forget(): void {
		this.leave();
		this.world.changed('self');
		this.world.channel.postMessage('signed-out');
	}

	renew(): Promise<boolean> {
		this.renewal ??= this.renewOnce().finally(() => (this.renewal = null));
		return this.renewal;
	}

	/** Takes the tokens of an answer that renews the session, as a changed password's does. */
	adopt(tokens: Tokens): void {
		this.accessToken = tokens.access_token;
		this.csrfToken = tokens.csrf_token ?? this.csrfToken;
		this.callOff();
		this.callOff = this.world.later(() => void this.renewQuietly(), tokens.expires_in * 1000 * RENEW_AFTER);
	}

	/** Takes the person's changed profile. */
	update(user: Me): void {
		this.user = user;
	}

	/** Another tab's sign-in gives the browser another CSRF cookie, so a refused token is replaced once. */
	async withCsrf<T>(attempt: (csrf: string) => Promise<T>): Promise<T> {
		const known = this.csrfToken;
		try {
			return await attempt(known ?? (await this.freshCsrf()));
		} catch (thrown) {
			if (known === null || !hasReason(thrown, 'csrf_invalid')) throw thrown;
			return attempt(await this.freshCsrf());
		}
	}

	private async enter(path: string, form: SignIn | SignUp): Promise<Me> {
		const answer = (await this.guarded(path, { ...form, session: 'cookie' })) as SignedIn;
		this.adopt(answer);
		this.user = answer.user;
		this.status = 'signed-in';
		this.world.changed('self');
		this.world.channel.postMessage('signed-in');
		return answer.user;
	}

	private async renewOnce(): Promise<boolean> {
		try {
			this.adopt((await this.guarded('/api/v1/auth/refresh')) as Tokens);
			return true;
		} catch (thrown) {
			if (!(thrown instanceof Failure) || thrown.status !== 401) throw thrown;
			this.end();
			return false;
		}
	}

	/** Nobody waits for this one: without an answer, the next call that meets a 401 tries again and tells. */
	private async renewQuietly(): Promise<void> {
		await this.renew().catch(() => false);
	}

	private guarded(path: string, body?: unknown): Promise<unknown> {
		return this.withCsrf((csrf) =>
			this.world.send({ method: 'POST', path, body, headers: { 'X-CSRF-Token': csrf } }),
		);
	}

	private async freshCsrf(): Promise<string> {
		const data = (await this.world.send({ method: 'GET', path: '/api/v1/auth/csrf' })) as {
			csrf_token: string;
		};
		this.csrfToken = data.csrf_token;
		return data.csrf_token;
	}

	private async readUser(): Promise<void> {
		const headers = { Authorization: `Bearer ${this.accessToken}` };
		this.user = (await this.world.send({ method: 'GET', path: '/api/v1/me', headers })) as Me;
		this.status = 'signed-in';
	}

	private leave(): void {
		this.callOff();
		this.accessToken = null;
		this.csrfToken = null;
		this.user = null;
		this.status = 'signed-out';
	}

	/** The session is over without this tab having asked for it. */
	private end(): void {
		const former = this.user;
		this.leave();
		if (former) this.world.changed('elsewhere');
	}

	private heard(message: unknown): void {
		if (message === 'signed-out') this.end();
		else if (message === 'signed-in') void this.follow();
	}

	/** Somebody signed in in another tab, maybe another person: this tab must not go on as the former one. */
	private async follow(): Promise<void> {
		const former = this.user?.user_id;
		await this.restore();
		if (this.user?.user_id !== former) this.world.changed('elsewhere');
	}
}

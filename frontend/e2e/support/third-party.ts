// A third-party app on the loopback: asks with code and PKCE, receives the code, trades it, calls the API.
// Only what the story needs; a real client library plays it in test/authlib.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Credentials {
	client_id: string;
	client_secret: string;
}

/** What the token endpoint answers. */
export interface Granted {
	access_token: string;
	refresh_token: string;
	scope: string;
}

export class ThirdParty {
	private readonly verifier = randomBytes(32).toString('base64url');
	private readonly state = randomBytes(16).toString('base64url');
	private arrived: (url: URL) => void = () => undefined;
	private readonly arrival = new Promise<URL>((resolve) => (this.arrived = resolve));
	private readonly server = createServer((request, response) => {
		response.setHeader('Content-Type', 'text/html; charset=utf-8');
		response.end('<!doctype html><html lang="en"><title>Back</title><h1>Back in the app</h1></html>');
		if (request.url?.startsWith('/callback')) this.arrived(new URL(request.url, this.address));
	});

	private constructor(private readonly origin: string) {}

	/** Listens on a port that the system gives. @param origin Tapri's */
	static async start(origin: string): Promise<ThirdParty> {
		const app = new ThirdParty(origin);
		await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve));
		return app;
	}

	stop(): void {
		this.server.close();
		this.server.closeAllConnections();
	}

	get redirectUri(): string {
		return `${this.address}/callback`;
	}

	/** Where a person is sent to decide. @param more other parameters of the request */
	authorizeUrl(clientId: string, scope: string, more: Record<string, string> = {}): string {
		const challenge = createHash('sha256').update(this.verifier).digest('base64url');
		const query = new URLSearchParams({
			response_type: 'code',
			client_id: clientId,
			redirect_uri: this.redirectUri,
			scope,
			state: this.state,
			code_challenge: challenge,
			code_challenge_method: 'S256',
			...more,
		});
		return `${this.origin}/oauth/authorize?${query}`;
	}

	/** Waits until the person comes back; the answer's query, its `state` checked. */
	async answer(): Promise<URLSearchParams> {
		const { searchParams } = await this.arrival;
		if (searchParams.get('state') !== this.state) throw new Error('another state came back');
		return searchParams;
	}

	redeem(credentials: Credentials, code: string): Promise<Response> {
		return this.token(credentials, {
			grant_type: 'authorization_code',
			code,
			redirect_uri: this.redirectUri,
			code_verifier: this.verifier,
		});
	}

	refresh(credentials: Credentials, refresh_token: string): Promise<Response> {
		return this.token(credentials, { grant_type: 'refresh_token', refresh_token });
	}

	call(accessToken: string, method: string, path: string, body?: unknown): Promise<Response> {
		return fetch(`${this.origin}/api/v1${path}`, {
			method,
			headers: {
				Authorization: `Bearer ${accessToken}`,
				...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
			},
			body: body === undefined ? null : JSON.stringify(body),
		});
	}

	private token({ client_id, client_secret }: Credentials, form: Record<string, string>): Promise<Response> {
		return fetch(`${this.origin}/oauth/token`, {
			method: 'POST',
			headers: {
				Authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
			},
			body: new URLSearchParams(form),
		});
	}

	private get address(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}
}

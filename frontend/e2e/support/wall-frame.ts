// A picture frame on a wall, without a browser: begins by RFC 8628, shows a code, gets its tokens.
import type { Member } from './seed';

export class WallFrame {
	private deviceCode = '';

	private constructor(
		private readonly origin: string,
		private readonly clientId: string,
	) {}

	/** An app of this developer's, for devices only. */
	static async register(developer: Member): Promise<WallFrame> {
		const { client_id } = await developer.call<{ client_id: string }>('/apps', {
			body: {
				client_name: 'Frame on the Wall',
				redirect_uris: [],
				client_type: 'public',
				grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
				scope: 'openid posts:read likes:write',
			},
		});
		return new WallFrame(developer.origin, client_id);
	}

	/** Asks for access; the code that its screen shows. */
	async begin(scope: string): Promise<string> {
		const response = await this.post('/oauth/device_authorization', { scope });
		const begun = (await response.json()) as { device_code: string; user_code: string };
		this.deviceCode = begun.device_code;
		return begun.user_code;
	}

	/** Asks whether somebody has decided, and takes its tokens. */
	async tokens(): Promise<{ scope: string }> {
		const response = await this.post('/oauth/token', {
			grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
			device_code: this.deviceCode,
		});
		if (!response.ok) throw new Error(`the device got no tokens: ${await response.text()}`);
		return (await response.json()) as { scope: string };
	}

	private post(path: string, form: Record<string, string>): Promise<Response> {
		return fetch(`${this.origin}${path}`, {
			method: 'POST',
			body: new URLSearchParams({ client_id: this.clientId, ...form }),
		});
	}
}

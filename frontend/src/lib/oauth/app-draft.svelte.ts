// An app as its developer types it, and what is sent of it. The server's rules are the ones that count; the faults found
// here only spare the way.
import type { AppChange, NewApp, OwnApp } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';

/** The ways in which an app gets tokens, as switches. */
const BROWSER = 'authorization_code';
const RENEWING = 'refresh_token';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const ALONE = 'client_credentials';

const DEFAULT_SCOPES = ['openid', 'profile'];

/** What ID tokens can be signed with. */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export type Method = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

export type DraftField =
	| 'client_name'
	| 'client_uri'
	| 'policy_uri'
	| 'tos_uri'
	| 'redirect_uris'
	| 'scope'
	| 'jwks_uri'
	| 'jwks'
	| 'default_max_age'
	| 'post_logout_redirect_uris'
	| 'backchannel_logout_uri';

/** In the order in which they stand. */
export const DRAFT_FIELDS: readonly DraftField[] = [
	'client_name',
	'client_uri',
	'policy_uri',
	'tos_uri',
	'redirect_uris',
	'scope',
	'jwks_uri',
	'jwks',
	'default_max_age',
	'post_logout_redirect_uris',
	'backchannel_logout_uri',
];

export class AppDraft {
	name = $state('');
	page = $state('');
	policy = $state('');
	terms = $state('');
	type = $state<OwnApp['client_type']>('confidential');
	uris = $state(['']);
	scopes = $state<string[]>(DEFAULT_SCOPES);
	browser = $state(true);
	device = $state(false);
	alone = $state(false);
	method = $state<Method>('client_secret_basic');
	keys = $state('');
	/** A JWK set as text, instead of the address of one. */
	keySet = $state('');
	algorithm = $state<Algorithm>('RS256');
	/** Seconds; empty: any sign-in will do. */
	maxAge = $state('');
	pkce = $state(true);
	pushed = $state(false);
	bound = $state(false);
	fapi = $state(false);
	logoutUris = $state(['']);
	logoutCall = $state('');

	/** @param app the app that is changed; none for a new one */
	constructor(private readonly app?: OwnApp) {
		if (app) this.take(app);
	}

	get confidential(): boolean {
		return this.type === 'confidential';
	}

	/** Whether any of the rarer choices is another one than what a new app gets. */
	get special(): boolean {
		const fresh = new AppDraft();
		const rare = (draft: AppDraft) => {
			const { device, alone, method, pkce, pushed, bound, fapi, algorithm, maxAge, logoutCall } = draft;
			return JSON.stringify([
				device,
				alone,
				method,
				pkce,
				pushed,
				bound,
				fapi,
				algorithm,
				maxAge,
				logoutCall,
			]);
		};
		return rare(this) !== rare(fresh) || whole(this.logoutUris).length > 0;
	}

	faults(): Partial<Record<DraftField, string>> {
		return {
			...(this.name.trim() === '' && { client_name: m.app_name_missing() }),
			...(this.browser && whole(this.uris).length === 0 && { redirect_uris: m.redirect_uris_missing() }),
			...(this.scopes.length === 0 && { scope: m.app_scopes_missing() }),
			...(this.confidential &&
				this.effectiveMethod === 'private_key_jwt' &&
				this.keys.trim() === '' &&
				this.keySet.trim() === '' && { jwks_uri: m.app_keys_missing() }),
			...(this.keySet.trim() !== '' && parsed(this.keySet) === null && { jwks: m.app_key_set_wrong() }),
			...(!/^\d{0,9}$/.test(this.maxAge.trim()) && { default_max_age: m.app_max_age_wrong() }),
		};
	}

	/** Everything that a change may say. */
	change() {
		return {
			client_name: this.name.trim(),
			client_uri: this.page.trim(),
			policy_uri: this.policy.trim(),
			tos_uri: this.terms.trim(),
			redirect_uris: whole(this.uris),
			scope: this.scopes.join(' '),
			token_endpoint_auth_method: this.confidential ? this.effectiveMethod : 'none',
			grant_types: this.grants(),
			jwks_uri: this.effectiveMethod === 'private_key_jwt' ? this.keys.trim() : '',
			...this.keySetSaid(),
			...(this.algorithm !== (this.app?.id_token_signed_response_alg ?? 'RS256') && {
				id_token_signed_response_alg: this.algorithm,
			}),
			default_max_age: this.maxAge.trim() === '' ? null : Number(this.maxAge),
			require_pkce: this.confidential ? this.pkce || this.fapi : true,
			require_pushed_authorization_requests: this.pushed || this.fapi,
			dpop_bound_access_tokens: this.bound || this.fapi,
			profile: this.fapi ? 'fapi2' : 'standard',
			post_logout_redirect_uris: whole(this.logoutUris),
			backchannel_logout_uri: this.logoutCall.trim(),
		} satisfies AppChange;
	}

	/** The same, and what is chosen once: where it runs. */
	fresh(): NewApp {
		return { ...this.change(), client_type: this.type };
	}

	/** The FAPI profile knows one way of proving who an app is. */
	private get effectiveMethod(): Method {
		return this.fapi ? 'private_key_jwt' : this.method;
	}

	/** The set itself; one without keys takes away what was there. */
	private keySetSaid(): Pick<AppChange, 'jwks'> {
		const wanted = this.effectiveMethod === 'private_key_jwt' ? parsed(this.keySet) : null;
		if (wanted) return { jwks: wanted };
		return this.app?.jwks ? { jwks: NO_KEYS } : {};
	}

	private grants(): string[] {
		const renewing = this.browser || this.device ? [RENEWING] : [];
		return [
			...(this.browser ? [BROWSER] : []),
			...renewing,
			...(this.device ? [DEVICE] : []),
			...(this.alone && this.confidential ? [ALONE] : []),
		];
	}

	private take(app: OwnApp): void {
		this.name = app.client_name;
		this.page = app.client_uri ?? '';
		this.policy = app.policy_uri ?? '';
		this.terms = app.tos_uri ?? '';
		this.type = app.client_type;
		this.uris = lines(app.redirect_uris);
		this.scopes = app.scope.split(' ');
		this.browser = app.grant_types.includes(BROWSER);
		this.device = app.grant_types.includes(DEVICE);
		this.alone = app.grant_types.includes(ALONE);
		if (app.token_endpoint_auth_method !== 'none') this.method = app.token_endpoint_auth_method as Method;
		this.keys = app.jwks_uri ?? '';
		this.keySet = app.jwks ? JSON.stringify(app.jwks, null, 2) : '';
		this.algorithm = ALGORITHMS.find((one) => one === app.id_token_signed_response_alg) ?? 'RS256';
		this.maxAge = app.default_max_age?.toString() ?? '';
		this.pkce = app.require_pkce ?? true;
		this.pushed = app.require_pushed_authorization_requests ?? false;
		this.bound = app.dpop_bound_access_tokens ?? false;
		this.fapi = app.profile === 'fapi2';
		this.logoutUris = lines(app.post_logout_redirect_uris ?? []);
		this.logoutCall = app.backchannel_logout_uri ?? '';
	}
}

/** A JWK set, in the form in which the schema knows it: as an object of which it says no more. */
type KeySet = NonNullable<AppChange['jwks']>;

const NO_KEYS = { keys: [] } as unknown as KeySet;

/** Text as a JWK set; null where it is none. What is in it the server judges. */
function parsed(text: string): KeySet | null {
	try {
		const read: unknown = JSON.parse(text);
		const isSet = typeof read === 'object' && read !== null && 'keys' in read && Array.isArray(read.keys);
		return isSet ? (read as KeySet) : null;
	} catch {
		return null;
	}
}

/** The lines that say something. */
function whole(uris: readonly string[]): string[] {
	return uris.map((uri) => uri.trim()).filter(Boolean);
}

/** Addresses as lines to type in: there is always one. */
function lines(uris: readonly string[]): string[] {
	return uris.length > 0 ? [...uris] : [''];
}

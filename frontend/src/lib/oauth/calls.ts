// The calls about third-party apps: deciding, withdrawing, and a developer's own.
import type { Api } from '$lib/api/client';
import type { AuthorizedApp, Consent, OwnApp, OwnAppWithSecret, Page } from '$lib/api/types';

export interface Decision {
	request: string;
	decision: 'allow' | 'deny';
	scopes: string[];
}

export interface AppWords {
	client_name: string;
	redirect_uris: string[];
	/** Separated by spaces. */
	scope: string;
	/** Empty where it has no page. */
	client_uri: string;
}

const ownApp = (id: string) => `/api/v1/apps/${encodeURIComponent(id)}`;

export function readConsent(api: Api, request: string): Promise<Consent> {
	return api.get('/api/v1/consent', { query: { request } });
}

/** Answers where the browser goes next: back to the app. */
export function decideConsent(api: Api, body: Decision): Promise<{ redirect_to: string }> {
	return api.credentials.withCsrf((csrf) =>
		api.post('/api/v1/consent', { body, headers: { 'X-CSRF-Token': csrf } }),
	);
}

export function readAuthorizedApps(api: Api): Promise<Page<AuthorizedApp>> {
	return api.get('/api/v1/me/authorized-apps');
}

export async function withdrawApp(api: Api, id: string): Promise<void> {
	await api.delete(`/api/v1/me/authorized-apps/${encodeURIComponent(id)}`);
}

export function readOwnApps(api: Api): Promise<Page<OwnApp>> {
	return api.get('/api/v1/apps');
}

export function readOwnApp(api: Api, id: string): Promise<OwnApp> {
	return api.get(ownApp(id));
}

export function createApp(
	api: Api,
	{ client_uri, ...app }: AppWords & { client_type: OwnApp['client_type'] },
): Promise<OwnAppWithSecret> {
	return api.post('/api/v1/apps', { body: { ...app, client_uri: client_uri || undefined } });
}

export function changeApp(api: Api, id: string, body: AppWords): Promise<OwnApp> {
	return api.patch(ownApp(id), { body });
}

export function renewSecret(api: Api, id: string): Promise<OwnAppWithSecret> {
	return api.post(`${ownApp(id)}/secret`);
}

export async function deleteApp(api: Api, id: string): Promise<void> {
	await api.delete(ownApp(id));
}

// The calls about third-party apps: deciding, withdrawing, and a developer's own.
import type { Api } from '$lib/api/client';
import type { AppChange, Decision, DeviceDecision, NewApp } from '$lib/api/types';

const APP = '/api/v1/apps/{client_id}';

export function readConsent(api: Api, request: string) {
	return api.get('/api/v1/consent', { query: { request } });
}

/** Answers where the browser goes next: back to the app. */
export function decideConsent(api: Api, body: Decision) {
	return api.credentials.withCsrf((csrf) =>
		api.post('/api/v1/consent', { body, headers: { 'X-CSRF-Token': csrf } }),
	);
}

/** Which app asked that the person be signed out, and whether they are sent back to it. */
export function readLogout(api: Api, request: string) {
	return api.get('/api/v1/logout', { query: { request } });
}

/** What the device asks for that shows this code. */
export function readDevice(api: Api, user_code: string) {
	return api.get('/api/v1/device', { query: { user_code } });
}

export function decideDevice(api: Api, body: DeviceDecision) {
	return api.post('/api/v1/device', { body });
}

export function readAuthorizedApps(api: Api) {
	return api.get('/api/v1/me/authorized-apps');
}

export function withdrawApp(api: Api, client_id: string) {
	return api.delete('/api/v1/me/authorized-apps/{client_id}', { path: { client_id } });
}

export function readOwnApps(api: Api) {
	return api.get('/api/v1/apps');
}

export function readOwnApp(api: Api, client_id: string) {
	return api.get(APP, { path: { client_id } });
}

/** Answers the secret too, this once. */
export function createApp(api: Api, body: NewApp) {
	return api.post('/api/v1/apps', { body });
}

export function changeApp(api: Api, client_id: string, body: AppChange) {
	return api.patch(APP, { path: { client_id }, body });
}

export function renewSecret(api: Api, client_id: string) {
	return api.post(`${APP}/secret`, { path: { client_id } });
}

/** Ends every grant and token that the app ever got; it stays registered. */
export function revokeApp(api: Api, client_id: string) {
	return api.post(`${APP}/revoke`, { path: { client_id } });
}

export function deleteApp(api: Api, client_id: string) {
	return api.delete(APP, { path: { client_id } });
}

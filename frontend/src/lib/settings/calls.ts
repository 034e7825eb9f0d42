// The calls that only the account's owner makes.
import type { Api } from '$lib/api/client';
import type { PasswordChange, ProfileChange } from '$lib/api/types';

export function changeProfile(api: Api, body: ProfileChange) {
	return api.patch('/api/v1/me', { body });
}

/** Answers this session's new tokens. */
export function changePassword(api: Api, body: PasswordChange) {
	return api.post('/api/v1/auth/password/change', { body });
}

export function readDevices(api: Api) {
	return api.get('/api/v1/auth/sessions');
}

export function endDevice(api: Api, session_id: string) {
	return api.delete('/api/v1/auth/sessions/{session_id}', { path: { session_id } });
}

export function endOtherDevices(api: Api) {
	return api.delete('/api/v1/auth/sessions');
}

// The calls that only the account's owner makes.
import type { Api } from '$lib/api/client';
import type { AccountDeletion, EmailChange, PasswordChange, ProfileChange } from '$lib/api/types';

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

/** The account and everything in it; answers nothing, and there is no session afterwards. */
export function deleteAccount(api: Api, body: AccountDeletion) {
	return api.delete('/api/v1/me', { body });
}

/** Asks for another address; it takes effect once the code that is sent there comes back, or at once without mail. */
export function changeEmail(api: Api, body: EmailChange) {
	return api.post('/api/v1/auth/email/change', { body });
}

export function sendPhoneCode(api: Api, phone: string) {
	return api.post('/api/v1/auth/phone/verification', { body: { phone } });
}

/** The number that the code was sent to becomes the account's. */
export function confirmPhone(api: Api, code: string) {
	return api.post('/api/v1/auth/phone/confirm', { body: { code } });
}

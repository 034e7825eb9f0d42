// The calls about proving who one is beyond a password: a link by mail, a code by mail.
import type { Api } from '$lib/api/client';
import type { ForgottenPassword, NewPassword } from '$lib/api/types';

/** Asks for a link by mail. The answer is the same whether or not the address has an account. */
export function askForReset(api: Api, body: ForgottenPassword) {
	return api.post('/api/v1/auth/password/forgot', { body });
}

/** Sets a new password by the token of such a link; every session ends. */
export function resetPassword(api: Api, body: NewPassword) {
	return api.post('/api/v1/auth/password/reset', { body });
}

/** Who is signed in, as they are now. */
export function readMe(api: Api) {
	return api.get('/api/v1/me');
}

/** Sends a code to the account's address. */
export function sendEmailCode(api: Api) {
	return api.post('/api/v1/auth/email/verification');
}

export function confirmEmail(api: Api, code: string) {
	return api.post('/api/v1/auth/email/confirm', { body: { code } });
}

// The calls that only the account's owner makes.
import type { Api } from '$lib/api/client';
import type { Device, Me, Page, Tokens } from '$lib/api/types';

export interface ProfileChange {
	display_name?: string;
	bio?: string;
	/** Null takes the picture away. */
	avatar_media_id?: string | null;
}

export interface PasswordChange {
	current_password: string;
	new_password: string;
	/** Apps that may stay connected lose their access too. */
	apps: boolean;
}

export function changeProfile(api: Api, body: ProfileChange): Promise<Me> {
	return api.patch('/api/v1/me', { body });
}

export function changePassword(api: Api, body: PasswordChange): Promise<Tokens> {
	return api.credentials.withCsrf((csrf) =>
		api.post('/api/v1/auth/password/change', { body, headers: { 'X-CSRF-Token': csrf } }),
	);
}

export function readDevices(api: Api): Promise<Page<Device>> {
	return api.get('/api/v1/auth/sessions');
}

export async function endDevice(api: Api, id: string): Promise<void> {
	await api.delete(`/api/v1/auth/sessions/${encodeURIComponent(id)}`);
}

export async function endOtherDevices(api: Api): Promise<void> {
	await api.delete('/api/v1/auth/sessions');
}

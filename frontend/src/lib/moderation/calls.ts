// The calls of moderators and admins.
import type { Api } from '$lib/api/client';
import type { ModerationAction, Role } from '$lib/api/types';

const PERSON = '/api/v1/admin/users/{username}';

/** What was reported and nobody has decided on, one item for each subject. */
export function readQueue(api: Api, cursor?: string) {
	return api.get('/api/v1/moderation/queue', { query: { limit: 20, cursor } });
}

/** Decides on a subject: its open reports are closed by this. */
export function act(api: Api, body: ModerationAction) {
	return api.post('/api/v1/moderation/actions', { body });
}

/** Which accounts a list of people is about; what is left out is not asked for. */
export interface PeopleFilter {
	q?: string;
	role?: Role;
	suspended?: boolean;
}

export function readAccounts(api: Api, filter: PeopleFilter, cursor?: string) {
	return api.get('/api/v1/admin/users', { query: { ...filter, limit: 40, cursor } });
}

export function setRole(api: Api, username: string, role: Role) {
	return api.put(`${PERSON}/role`, { path: { username }, body: { role } });
}

export function suspend(api: Api, username: string, reason: string) {
	return api.put(`${PERSON}/suspension`, { path: { username }, body: { reason } });
}

export function restoreAccount(api: Api, username: string) {
	return api.delete(`${PERSON}/suspension`, { path: { username } });
}

/** Who decided what, newest first. */
export function readAudit(api: Api, cursor?: string) {
	return api.get('/api/v1/admin/audit', { query: { limit: 40, cursor } });
}

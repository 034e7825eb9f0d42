// The pages of moderators and admins, as far as a role opens them. The server decides; this only spares the way.
import type { Role } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';

export interface Place {
	href: string;
	label: string;
}

export function placesFor(role: Role): Place[] {
	const queue = { href: '/moderation', label: m.mod_queue() };
	const people = { href: '/admin/people', label: m.admin_people() };
	const audit = { href: '/admin/audit', label: m.audit_title() };
	const webhooks = { href: '/admin/webhooks', label: m.webhooks_title() };
	switch (role) {
		case 'user':
			return [];
		case 'mod':
			return [queue];
		case 'admin':
			return [queue, people, audit, webhooks];
	}
}

// The pages of moderators and admins, as far as a role opens them. The server decides; this only spares the way.
import type { Role } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';

export interface Place {
	href: string;
	label: string;
}

export function placesFor(role: Role): Place[] {
	const people = { href: '/admin/people', label: m.admin_people() };
	const audit = { href: '/admin/audit', label: m.audit_title() };
	const webhooks = { href: '/admin/webhooks', label: m.webhooks_title() };
	switch (role) {
		case 'user':
		case 'mod':
			return [];
		case 'admin':
			return [people, audit, webhooks];
	}
}

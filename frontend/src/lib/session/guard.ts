// Pages for one's own eyes, and for those who have a role: a visitor is sent to sign in and comes back afterwards.
import { error, redirect } from '@sveltejs/kit';
import type { Me, Role } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';
import type { App } from '$lib/state/app';
import { signInFor } from './next';

/** The signed-in person; redirects a visitor. Call it in `load()`. */
export function requireUser({ session }: App, url: URL): Me {
	if (session.user) return session.user;
	redirect(307, signInFor(url));
}

/** Whether a role opens what asks for `wanted`: an admin can do all that a moderator can. */
export function hasRole(me: Me | null, wanted: Exclude<Role, 'user'>): boolean {
	return me !== null && (me.role === 'admin' || me.role === wanted);
}

/** The signed-in person, who has this role; whoever has not is told so. Call it in `load()`. */
export function requireRole(app: App, url: URL, wanted: Exclude<Role, 'user'>): Me {
	const me = requireUser(app, url);
	if (!hasRole(me, wanted)) error(403, { message: m.error_role(), status: 403 });
	return me;
}

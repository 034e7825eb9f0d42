// Pages for one's own eyes: a visitor is sent to sign in and comes back afterwards.
import { redirect } from '@sveltejs/kit';
import type { Me } from '$lib/api/types';
import type { App } from '$lib/state/app';
import { signInFor } from './next';

/** The signed-in person; redirects a visitor. Call it in `load()`. */
export function requireUser({ session }: App, url: URL): Me {
	if (session.user) return session.user;
	redirect(307, signInFor(url));
}

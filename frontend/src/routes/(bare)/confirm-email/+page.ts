import { redirect } from '@sveltejs/kit';
import { requireUser } from '$lib/session/guard';
import { nextPage } from '$lib/session/next';

/** After signing up, and for whoever cannot post before: the address is shown to be theirs. */
export async function load({ parent, url }) {
	const { app } = await parent();
	const me = requireUser(app, url);
	const next = nextPage(url);
	if (me.email_verification === 'nothing') redirect(307, next);
	return { me, next, sent: url.searchParams.has('sent') };
}

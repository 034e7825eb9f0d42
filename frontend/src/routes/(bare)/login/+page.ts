import { redirect } from '@sveltejs/kit';
import { nextPage } from '$lib/session/next';

export async function load({ parent, url }) {
	const { app } = await parent();
	const next = nextPage(url);
	if (app.session.user) redirect(307, next);
	return { next };
}

// Pages for one's own eyes; whoever is not signed in does that first.
import { requireUser } from '$lib/session/guard';

export async function load({ parent, url }) {
	const { app } = await parent();
	return { me: requireUser(app, url) };
}

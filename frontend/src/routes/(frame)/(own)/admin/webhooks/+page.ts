import { requireRole } from '$lib/session/guard';
import { operatorHooks } from '$lib/webhooks/calls';

export async function load({ parent, url }) {
	const { app } = await parent();
	const me = requireRole(app, url, 'admin');
	return { me, webhooks: (await operatorHooks(app.api).list()).items };
}

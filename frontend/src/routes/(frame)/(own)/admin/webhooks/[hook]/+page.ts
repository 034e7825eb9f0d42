import { requireRole } from '$lib/session/guard';
import { operatorHooks } from '$lib/webhooks/calls';
import { loadWebhook } from '$lib/webhooks/load';

export async function load({ parent, params, url }) {
	const { app } = await parent();
	requireRole(app, url, 'admin');
	return { ...(await loadWebhook(app, operatorHooks(app.api), params.hook)), up: '/admin/webhooks' };
}

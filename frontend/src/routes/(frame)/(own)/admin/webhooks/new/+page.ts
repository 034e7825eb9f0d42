import { requireRole } from '$lib/session/guard';
import { operatorHooks } from '$lib/webhooks/calls';
import { loadEvents } from '$lib/webhooks/load';

export async function load({ parent, url }) {
	const { app } = await parent();
	requireRole(app, url, 'admin');
	const hooks = operatorHooks(app.api);
	return { hooks, events: await loadEvents(app, hooks), up: '/admin/webhooks' };
}

import { appHooks } from '$lib/webhooks/calls';
import { loadEvents } from '$lib/webhooks/load';

export async function load({ parent, params }) {
	const { app } = await parent();
	const hooks = appHooks(app.api, params.id);
	return { hooks, events: await loadEvents(app, hooks), up: `/developers/${params.id}/webhooks` };
}

import { appHooks } from '$lib/webhooks/calls';
import { loadWebhook } from '$lib/webhooks/load';

export async function load({ parent, params }) {
	const { app } = await parent();
	const loaded = await loadWebhook(app, appHooks(app.api, params.id), params.hook);
	return { ...loaded, up: `/developers/${params.id}/webhooks` };
}

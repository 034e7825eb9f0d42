import { readOwnApp } from '$lib/oauth/calls';
import { appHooks } from '$lib/webhooks/calls';

export async function load({ parent, params }) {
	const { app } = await parent();
	const [own, { items }] = await Promise.all([
		readOwnApp(app.api, params.id),
		appHooks(app.api, params.id).list(),
	]);
	return { own, webhooks: items };
}

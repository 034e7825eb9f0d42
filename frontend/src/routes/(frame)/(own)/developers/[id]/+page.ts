import { readOwnApp } from '$lib/oauth/calls';

export async function load({ parent, params }) {
	const { app } = await parent();
	return { own: await readOwnApp(app.api, params.id) };
}

import { readOwnApps } from '$lib/oauth/calls';

export async function load({ parent }) {
	const { app } = await parent();
	return { apps: (await readOwnApps(app.api)).items };
}

import { readAuthorizedApps } from '$lib/oauth/calls';

export async function load({ parent, depends }) {
	depends('tapri:authorized-apps');
	const { app } = await parent();
	return { apps: (await readAuthorizedApps(app.api)).items };
}

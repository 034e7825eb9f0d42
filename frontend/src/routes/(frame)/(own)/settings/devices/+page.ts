import { readDevices } from '$lib/settings/calls';

export async function load({ parent, depends }) {
	depends('tapri:devices');
	const { app } = await parent();
	return { devices: (await readDevices(app.api)).items };
}

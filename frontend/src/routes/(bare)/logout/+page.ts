import { Failure } from '$lib/api/failure';
import { readLogout } from '$lib/oauth/calls';

/** Signing out, by one's own wish or because an app sent the browser here. */
export async function load({ parent, url }) {
	const { app } = await parent();
	const request = url.searchParams.get('request') ?? '';
	if (request === '') return { asked: null };
	try {
		return { asked: await readLogout(app.api, request) };
	} catch (thrown) {
		// Old or broken: then nobody asked, and whoever came may still sign out.
		if (thrown instanceof Failure && thrown.kind === 'answer') return { asked: null };
		throw thrown;
	}
}

import { Failure } from '$lib/api/failure';
import { words } from '$lib/api/words';
import { readConsent } from '$lib/oauth/calls';

/** The page of an app's request. What the server refuses about it is shown here, with a way on. */
export async function load({ parent, url }) {
	const { app } = await parent();
	const request = url.searchParams.get('request') ?? '';
	try {
		return { request, consent: await readConsent(app.api, request), refusal: null };
	} catch (thrown) {
		const refused = thrown instanceof Failure && thrown.status >= 400 && thrown.status < 500;
		if (!refused) throw thrown;
		return {
			request,
			consent: null,
			refusal: { reason: thrown.reason, text: words(thrown), wayBack: thrown.wayBack },
		};
	}
}

import { Failure } from '$lib/api/failure';
import { words } from '$lib/api/words';
import { readDevice } from '$lib/oauth/calls';

/** The page of a device without a browser. What the server says of a code is shown beside it. */
export async function load({ parent, url }) {
	const { app } = await parent();
	const code = url.searchParams.get('user_code')?.trim() ?? '';
	if (code === '' || !app.session.user) return { code, device: null, fault: '' };
	try {
		return { code, device: await readDevice(app.api, code), fault: '' };
	} catch (thrown) {
		const refused = thrown instanceof Failure && thrown.status >= 400 && thrown.status < 500;
		if (!refused) throw thrown;
		return { code, device: null, fault: words(thrown) };
	}
}

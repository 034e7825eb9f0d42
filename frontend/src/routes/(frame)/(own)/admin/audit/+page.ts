import { readAudit } from '$lib/moderation/calls';
import { requireRole } from '$lib/session/guard';
import { Paged } from '$lib/state/paged.svelte';

export async function load({ parent, url }) {
	const { app } = await parent();
	const me = requireRole(app, url, 'admin');
	const log = await app.memory.recall(url.pathname, () =>
		Paged.first((cursor) => readAudit(app.api, cursor)),
	);
	return { me, log };
}

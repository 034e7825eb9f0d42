import { readQueue } from '$lib/moderation/calls';
import { requireRole } from '$lib/session/guard';
import { Paged } from '$lib/state/paged.svelte';

export async function load({ parent, url }) {
	const { app } = await parent();
	const me = requireRole(app, url, 'mod');
	const queue = await app.memory.recall(url.pathname, () =>
		Paged.first((cursor) => readQueue(app.api, cursor)),
	);
	return { me, queue };
}

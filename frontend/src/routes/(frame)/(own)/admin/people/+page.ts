import { readAccounts } from '$lib/moderation/calls';
import { filterOf, questionOf } from '$lib/moderation/filter';
import { requireRole } from '$lib/session/guard';
import { Paged } from '$lib/state/paged.svelte';

export async function load({ parent, url }) {
	const { app } = await parent();
	const me = requireRole(app, url, 'admin');
	const { q, filter } = filterOf(url);
	const question = questionOf(q, filter);
	const accounts = await app.memory.recall(url.pathname + url.search, () =>
		Paged.first((cursor) => readAccounts(app.api, question, cursor)),
	);
	return { me, q, filter, accounts };
}

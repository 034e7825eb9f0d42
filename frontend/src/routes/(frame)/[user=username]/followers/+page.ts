import { Paged } from '$lib/state/paged.svelte';
import { readPeople } from '$lib/users/calls';

export async function load({ parent, params, url }) {
	const { app } = await parent();
	const people = await app.memory.recall(url.pathname, () =>
		Paged.first((cursor) => readPeople(app.api, params.user, 'followers', cursor)),
	);
	return { people, username: params.user };
}

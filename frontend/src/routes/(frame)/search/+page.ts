import { Paged } from '$lib/state/paged.svelte';
import { findPeople } from '$lib/users/calls';

export async function load({ parent, url }) {
	const { app } = await parent();
	const q = url.searchParams.get('q')?.trim() ?? '';
	if (q === '') return { q, people: null };
	const people = await app.memory.recall(`/search?q=${q}`, () =>
		Paged.first((cursor) => findPeople(app.api, q, cursor)),
	);
	return { q, people };
}

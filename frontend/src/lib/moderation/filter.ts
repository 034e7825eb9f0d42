// Which accounts the list of people is about, and how that stands in the page's address. Pure.
import type { PeopleFilter } from './calls';

export const FILTERS = ['all', 'mod', 'admin', 'suspended'] as const;

export type Filter = (typeof FILTERS)[number];

const PAGE = '/admin/people';

export function addressOf(q: string, filter: Filter): string {
	const query = new URLSearchParams();
	if (q !== '') query.set('q', q);
	if (filter !== 'all') query.set('show', filter);
	return query.size > 0 ? `${PAGE}?${query}` : PAGE;
}

/** What an address asks for; everybody where it says nothing that is known. */
export function filterOf({ searchParams }: URL): { q: string; filter: Filter } {
	const shown = searchParams.get('show');
	const filter = FILTERS.find((one) => one === shown) ?? 'all';
	return { q: searchParams.get('q')?.trim() ?? '', filter };
}

/** What the server is asked for. */
export function questionOf(q: string, filter: Filter): PeopleFilter {
	return {
		...(q !== '' && { q }),
		...((filter === 'mod' || filter === 'admin') && { role: filter }),
		...(filter === 'suspended' && { suspended: true }),
	};
}

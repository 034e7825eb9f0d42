// The places that the navigation leads to, in the order in which they stand.
import Compass from '@lucide/svelte/icons/compass';
import House from '@lucide/svelte/icons/house';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import SquarePlus from '@lucide/svelte/icons/square-plus';
import User from '@lucide/svelte/icons/user';
import { m } from '$lib/paraglide/messages.js';

export interface Place {
	href: string;
	label: string;
	icon: typeof House;
	/** Not in the phone's bottom bar, which has room for five. */
	railOnly?: boolean;
}

export function placesOf(username: string): Place[] {
	return [
		{ href: '/', label: m.nav_home(), icon: House },
		{ href: '/search', label: m.search_title(), icon: Search },
		{ href: '/create', label: m.nav_create(), icon: SquarePlus },
		{ href: '/explore', label: m.explore_title(), icon: Compass },
		{ href: `/${username}`, label: m.nav_you(), icon: User },
		{ href: '/settings', label: m.settings(), icon: Settings, railOnly: true },
	];
}

/** Whether a page lies at, or below, a place. */
export function isAt(href: string, pathname: string): boolean {
	return pathname === href || (href !== '/' && pathname.startsWith(`${href}/`));
}

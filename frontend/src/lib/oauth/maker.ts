// Who made an app, in words.
import type { UserCard } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';

/** @param maker null for an app that registered itself */
export function madeBy(maker: UserCard | null | undefined): string {
	if (!maker) return m.app_maker_unknown();
	const { display_name: name, username } = maker;
	// Who gave no other name is not said twice.
	return name && name !== username
		? m.app_made_by({ name, username })
		: m.app_made_by_user({ handle: `@${username}` });
}

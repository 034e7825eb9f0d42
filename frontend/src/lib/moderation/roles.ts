// The roles in words: what each is called, what it opens, and how it is given.
import type { Role } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';

interface RoleWords {
	name: () => string;
	/** What somebody of this role can do, in one sentence. */
	meaning: () => string;
	/** On what gives it. */
	give: () => string;
	/** Asked before it is given. */
	question: (whom: { name: string }) => string;
	/** Told when it was given. */
	given: (whom: { name: string }) => string;
}

export const ROLE_WORDS: Record<Role, RoleWords> = {
	user: {
		name: m.role_user,
		meaning: m.role_user_text,
		give: m.role_user_give,
		question: m.role_user_question,
		given: m.role_user_given,
	},
	mod: {
		name: m.role_mod,
		meaning: m.role_mod_text,
		give: m.role_mod_give,
		question: m.role_mod_question,
		given: m.role_mod_given,
	},
	admin: {
		name: m.role_admin,
		meaning: m.role_admin_text,
		give: m.role_admin_give,
		question: m.role_admin_question,
		given: m.role_admin_given,
	},
};

export const ROLES = Object.keys(ROLE_WORDS) as Role[];

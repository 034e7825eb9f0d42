// One line of the log as a sentence. Each action has a whole sentence of its own: none is glued from parts.
import type { AuditEntry, Role } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';
import { ROLE_WORDS } from './roles';

type Said = { actor: string; subject: string; from: string; to: string };

const SENTENCES: Record<AuditEntry['action'], (said: Said) => string> = {
	role_changed: m.audit_role_changed,
	account_suspended: m.audit_account_suspended,
	account_restored: m.audit_account_restored,
	post_hidden: m.audit_post_hidden,
	post_restored: m.audit_post_restored,
	comment_hidden: m.audit_comment_hidden,
	comment_restored: m.audit_comment_restored,
	report_dismissed: m.audit_report_dismissed,
};

export function sentenceOf({ action, actor, subject, from, to }: AuditEntry): string {
	return SENTENCES[action]({
		actor: actor ? actor.display_name || actor.username : m.audit_command_line(),
		subject: subject.name || m.audit_unnamed(),
		from: roleName(from),
		to: roleName(to),
	});
}

/** What changed is told as a text of its own kind; today that is always a role. */
function roleName(text: string | null | undefined): string {
	return text ? (ROLE_WORDS[text as Role]?.name() ?? text) : '';
}

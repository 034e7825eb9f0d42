// Events in words. In English the server's words stand, from its one table; a reader of another language gets them in
// that language, and the server's for an event that is new to us.
import type { WebhookEvent } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';
import { getLocale } from '$lib/paraglide/runtime.js';

interface Words {
	title: () => string;
	detail: () => string;
}

const EVENTS: Record<string, Words> = {
	'session.started': { title: m.event_session_started, detail: m.event_session_started_detail },
	'session.failed_burst': { title: m.event_failed_burst, detail: m.event_failed_burst_detail },
	'session.ended': { title: m.event_session_ended, detail: m.event_session_ended_detail },
	'password.reset': { title: m.event_password_reset, detail: m.event_password_reset_detail },
	'device.new': { title: m.event_device_new, detail: m.event_device_new_detail },
	'consent.granted': { title: m.event_consent_granted, detail: m.event_consent_granted_detail },
	'consent.withdrawn': { title: m.event_consent_withdrawn, detail: m.event_consent_withdrawn_detail },
	'refresh_token.reused': { title: m.event_token_reused, detail: m.event_token_reused_detail },
	'account.suspended': { title: m.event_account_suspended, detail: m.event_account_suspended_detail },
	'webhook.test': { title: m.event_test, detail: m.event_test_detail },
};

/** What can be subscribed to, in the reader's language. */
export function inWords(event: WebhookEvent): { title: string; detail: string } {
	const own = getLocale() === 'en' ? undefined : EVENTS[event.type];
	return own ? { title: own.title(), detail: own.detail() } : event;
}

/** What was sent, in a few words; the bare type where it is new to us. */
export function titleOf(type: string): string {
	return EVENTS[type]?.title() ?? type;
}

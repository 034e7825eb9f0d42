// What the page of one webhook needs, read together.
import { error } from '@sveltejs/kit';
import { m } from '$lib/paraglide/messages.js';
import type { App } from '$lib/state/app';
import { readEvents, type Hooks } from './calls';
import { DeliveryLog } from './log.svelte';

/** A list of somebody's webhooks is short, so one is found in it. */
export async function loadWebhook({ api }: App, hooks: Hooks, webhookId: string) {
	const [{ items }, { items: events }, log] = await Promise.all([
		hooks.list(),
		readEvents(api),
		DeliveryLog.first((cursor) => hooks.deliveries(webhookId, cursor)),
	]);
	const webhook = items.find(({ webhook_id }) => webhook_id === webhookId);
	if (!webhook) error(404, { message: m.webhook_gone(), status: 404 });
	return { hooks, webhook, events: fit(events, hooks), log };
}

/** The events that can be chosen: an app does not hear of everything. */
export async function loadEvents({ api }: App, hooks: Hooks) {
	return fit((await readEvents(api)).items, hooks);
}

function fit<Event extends { for: readonly Hooks['audience'][] }>(events: readonly Event[], hooks: Hooks) {
	return events.filter((event) => event.for.includes(hooks.audience));
}

// The calls about webhooks, the same ones for an app's and for those of whoever runs this place.
import type { Api } from '$lib/api/client';
import type { NewWebhook, WebhookChange } from '$lib/api/types';

const APP = '/api/v1/apps/{client_id}/webhooks';
const OPERATOR = '/api/v1/admin/webhooks';

/** Somebody's webhooks. */
export type Hooks = ReturnType<typeof appHooks>;

/** What can be subscribed to, in words. */
export function readEvents(api: Api) {
	return api.get('/api/v1/webhooks/events');
}

/** The webhooks of a developer's app. */
export function appHooks(api: Api, client_id: string) {
	const app = { client_id };
	return {
		audience: 'app' as 'app' | 'operator',
		list: () => api.get(APP, { path: app }),
		/** Answers the secret too, this once. */
		add: (body: NewWebhook) => api.post(APP, { path: app, body }),
		change: (webhook_id: string, body: WebhookChange) =>
			api.patch(`${APP}/{webhook_id}`, { path: { ...app, webhook_id }, body }),
		remove: (webhook_id: string) => api.delete(`${APP}/{webhook_id}`, { path: { ...app, webhook_id } }),
		/** The one before signs along for a while. */
		renewSecret: (webhook_id: string) =>
			api.post(`${APP}/{webhook_id}/secret`, { path: { ...app, webhook_id } }),
		/** Sends an event that says nothing. */
		test: (webhook_id: string) => api.post(`${APP}/{webhook_id}/test`, { path: { ...app, webhook_id } }),
		deliveries: (webhook_id: string, cursor?: string) =>
			api.get(`${APP}/{webhook_id}/deliveries`, {
				path: { ...app, webhook_id },
				...(cursor === undefined ? {} : { query: { cursor } }),
			}),
		replay: (webhook_id: string, delivery_id: string) =>
			api.post(`${APP}/{webhook_id}/deliveries/{delivery_id}/replay`, {
				path: { ...app, webhook_id, delivery_id },
			}),
	};
}

/** The webhooks of whoever runs this place; for admins. */
export function operatorHooks(api: Api): Hooks {
	return {
		audience: 'operator',
		list: () => api.get(OPERATOR),
		add: (body) => api.post(OPERATOR, { body }),
		change: (webhook_id, body) => api.patch(`${OPERATOR}/{webhook_id}`, { path: { webhook_id }, body }),
		remove: (webhook_id) => api.delete(`${OPERATOR}/{webhook_id}`, { path: { webhook_id } }),
		renewSecret: (webhook_id) => api.post(`${OPERATOR}/{webhook_id}/secret`, { path: { webhook_id } }),
		test: (webhook_id) => api.post(`${OPERATOR}/{webhook_id}/test`, { path: { webhook_id } }),
		deliveries: (webhook_id, cursor) =>
			api.get(`${OPERATOR}/{webhook_id}/deliveries`, {
				path: { webhook_id },
				...(cursor === undefined ? {} : { query: { cursor } }),
			}),
		replay: (webhook_id, delivery_id) =>
			api.post(`${OPERATOR}/{webhook_id}/deliveries/{delivery_id}/replay`, {
				path: { webhook_id, delivery_id },
			}),
	};
}

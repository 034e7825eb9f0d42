// The call by which a person tells the moderators of something.
import type { Api } from '$lib/api/client';
import type { NewReport } from '$lib/api/types';

/** Once per person and subject: the same report again is answered alike. */
export function sendReport(api: Api, body: NewReport) {
	return api.post('/api/v1/reports', { body });
}

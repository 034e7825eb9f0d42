// The calls about photographs; sending one is in send-file.ts.
import type { Api } from '$lib/api/client';

const MEDIA = '/api/v1/media/{media_id}';

export function readMedia(api: Api, media_id: string) {
	return api.get(MEDIA, { path: { media_id } });
}

export function describeMedia(api: Api, media_id: string, alt: string) {
	return api.patch(MEDIA, { path: { media_id }, body: { alt } });
}

export function deleteMedia(api: Api, media_id: string) {
	return api.delete(MEDIA, { path: { media_id } });
}

// The calls about photographs; sending one is in send-file.ts.
import type { Api } from '$lib/api/client';
import type { Media } from '$lib/api/types';

const media = (id: string) => `/api/v1/media/${encodeURIComponent(id)}`;

export function readMedia(api: Api, id: string): Promise<Media> {
	return api.get(media(id));
}

export function describeMedia(api: Api, id: string, alt: string): Promise<Media> {
	return api.patch(media(id), { body: { alt } });
}

export async function deleteMedia(api: Api, id: string): Promise<void> {
	await api.delete(media(id));
}

// What has to be there before a test of details begins, made through the API in token mode.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { signIn, type Person } from './people';

const PHOTO = `${import.meta.dirname}/../midnight-chai.jpg`;

interface Envelope<T> {
	data: T;
}

/** Somebody who has an account already. */
export class Member {
	private constructor(
		readonly origin: string,
		readonly username: string,
		readonly password: string,
		private readonly token: string,
	) {}

	static async register(origin: string, name: string): Promise<Member> {
		const username = `${name}.${Date.now().toString(36)}`;
		const password = `monsoon and ${name} 42`;
		const body = { username, email: `${username}@example.org`, password };
		const { access_token } = await call<{ access_token: string }>(origin, '/auth/register', { body });
		return new Member(origin, username, password, access_token);
	}

	/** Posts with so many photographs, each described by its number. */
	async post(title: string, photographs: number): Promise<string> {
		const media_ids: string[] = [];
		for (let number = 1; number <= photographs; number += 1) {
			media_ids.push(await this.upload(`${title}, photograph ${number}`));
		}
		const body = { title, caption: 'He knows what we drink.', media_ids };
		return (await this.call<{ post_id: string }>('/posts', { body })).post_id;
	}

	/** Signs in by the form, in this browser. */
	async enter(page: Page): Promise<Person> {
		const person = { username: this.username, password: this.password, page };
		await page.goto('/login');
		await signIn(person);
		await page.getByRole('navigation', { name: 'Main' }).waitFor();
		return person;
	}

	private async upload(alt: string): Promise<string> {
		const form = new FormData();
		form.append('file', new Blob([readFileSync(PHOTO)], { type: 'image/jpeg' }), 'chai.jpg');
		form.append('alt', alt);
		let media = await this.call<{ media_id: string; state: string }>('/media', { form });
		while (media.state === 'processing') media = await this.call(`/media/${media.media_id}`, {});
		return media.media_id;
	}

	call<T>(path: string, said: Said): Promise<T> {
		return call<T>(this.origin, path, { ...said, token: this.token });
	}
}

interface Said {
	body?: unknown;
	form?: FormData;
	token?: string;
}

async function call<T>(origin: string, path: string, { body, form, token }: Said): Promise<T> {
	const response = await fetch(`${origin}/api/v1${path}`, {
		method: body || form ? 'POST' : 'GET',
		headers: {
			...(token && { Authorization: `Bearer ${token}` }),
			...(body !== undefined && { 'Content-Type': 'application/json' }),
		},
		body: form ?? (body === undefined ? null : JSON.stringify(body)),
	});
	if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
	return ((await response.json()) as Envelope<T>).data;
}

// What has to be there before a test of details begins, made through the API in token mode.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Person } from './people';

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

	/** The admin who is there from the start: the first of people.csv, which scripts/browser.sh imports. */
	static async keeper(origin: string): Promise<Member> {
		const [username, password] = ['keeper', 'monsoon and keeper 42'];
		const body = { login: username, password };
		const { access_token } = await call<{ access_token: string }>(origin, '/auth/login', { body });
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

	/** Signs in, in this browser, and opens a page there. Through the API as well: the form has stories of its own. */
	async enter(page: Page, path = '/'): Promise<Person> {
		const { username, password } = this;
		const auth = `${this.origin}/api/v1/auth`;
		const asked = (await (await page.request.get(`${auth}/csrf`)).json()) as Envelope<{ csrf_token: string }>;
		const answered = await page.request.post(`${auth}/login`, {
			headers: { 'X-CSRF-Token': asked.data.csrf_token },
			data: { login: username, password, session: 'cookie' },
		});
		if (!answered.ok()) throw new Error(`${username} cannot sign in: ${await answered.text()}`);
		await page.goto(path);
		return { username, password, page };
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

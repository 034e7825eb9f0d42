// The people of the stories: each a browser of their own, and what they do by hand in it.
import { expect, type Browser, type Page } from '@playwright/test';
import { audit, watch } from './audit';

export interface Person {
	username: string;
	password: string;
	page: Page;
}

/** Somebody who just opened Tapri in a browser of their own. */
export async function visitor(browser: Browser, name: string): Promise<Person> {
	const context = await browser.newContext();
	const page = await context.newPage();
	watch(page);
	// Every run tells the story anew on the same server.
	const username = `${name}.${Date.now().toString(36)}`;
	return { username, password: `monsoon and ${name} 42`, page };
}

/** Signs up through the landing page and the form. */
export async function signUp({ page, username, password }: Person): Promise<void> {
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await audit(page, 'landing');
	await page.getByRole('main').getByRole('link', { name: 'Join Tapri' }).click();
	await audit(page, 'signup');
	await page.getByLabel('Username').fill(username);
	await page.getByLabel('E-mail').fill(`${username}@example.org`);
	await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
	await page.getByRole('button', { name: 'Sign up' }).click();
	await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
}

/** Signs in on the page that is shown, wherever the form stands. */
export async function signIn({ page, username, password }: Person): Promise<void> {
	await page.getByLabel('Username or e-mail').fill(username);
	await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
}

// The hand-made page at the resource server's own address: an account, a post and the whole code flow, by hand.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { audit, watch } from './support/audit';

test('everything can be tried by hand before there is a web app', async ({ page }) => {
	test.setTimeout(60_000);
	const address =
		process.env.TAPRI_TEST_RESOURCE_URL?.replace('127.0.0.1', 'localhost') ?? 'http://localhost:5000';
	watch(page);
	await page.goto(`${address}/`);
	const username = `hand.${Date.now().toString(36)}`;

	const signUp = await opened(page, 'Sign up');
	await signUp.getByLabel('User name').fill(username);
	await signUp.getByLabel('E-mail').fill(`${username}@example.org`);
	await signUp.getByLabel('Password').fill('monsoon by hand 42');
	await signUp.getByLabel('in a cookie').check();
	await answers(page, signUp, 'Sign up', 201);
	await answers(page, await opened(page, 'Post'), 'Post', 201);
	await answers(page, await opened(page, 'Home feed'), 'Read the feed', 200);
	await answers(page, await opened(page, 'Register an app'), 'Register', 201);
	await audit(page, 'static-page');

	await (await opened(page, 'Ask for access')).getByRole('button', { name: 'Make the request' }).click();
	await page.locator('#made a').click();
	await page.getByRole('button', { name: 'Allow', exact: true }).click();
	await expect(page.locator('#returned')).toBeVisible();
	expect(page.url()).not.toContain('code=');
	await answers(page, await opened(page, 'Exchange the code'), 'Exchange', 200);
	await answers(page, await opened(page, 'User info'), 'Ask', 200);
	await answers(page, await opened(page, 'Signed-in devices'), 'List sessions', 403);
	await answers(page, await opened(page, 'Refresh as the app'), 'Refresh', 200);
	await answers(page, await opened(page, 'Exchange the code'), 'Exchange', 400);
	await audit(page, 'static-page-after');
});

/** The form of the call with this heading, unfolded. */
async function opened(page: Page, heading: string): Promise<Locator> {
	const call = page.locator('.call', { has: page.getByRole('heading', { name: heading, exact: true }) });
	const fold = call.locator('summary').first();
	const folded = await call.evaluate((element) => element instanceof HTMLDetailsElement && !element.open);
	if (folded) await fold.click();
	return call.locator('form');
}

/** Sends the form; the newest entry of the log is the answer, with this status. */
async function answers(page: Page, form: Locator, button: string, status: number): Promise<void> {
	const entries = page.locator('#entries > li');
	const before = await entries.count();
	await form.getByRole('button', { name: button, exact: true }).click();
	await expect(entries).not.toHaveCount(before);
	await expect(entries.first()).toContainText(String(status));
}

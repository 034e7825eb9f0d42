// The API's own documentation: read, let in by Authorize like any app, and tried. The page is Swagger UI's, so only what
// is ours to get right is asked of it here.
import { expect, test } from '@playwright/test';
import { watch } from './support/audit';
import { Member } from './support/seed';

test('a developer authorizes the documentation and tries a call', async ({ page, baseURL }) => {
	test.setTimeout(40_000);
	watch(page);
	const dev = await Member.register(baseURL ?? '', 'dev');
	await dev.enter(page, '/docs');
	await expect(page.getByRole('heading', { name: /Tapri/ }).first()).toBeVisible();
	await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
	const dialog = page.locator('.dialog-ux');
	const flow = dialog.locator('.auth-container', { hasText: 'authorizationCode' });
	await flow.locator('label[for^="profile:read-"]').first().click();
	const opened = page.waitForEvent('popup');
	await flow.getByRole('button', { name: /Apply given OAuth2 credentials|^Authorize$/ }).click();

	const popup = await opened;
	watch(popup);
	await expect(popup.getByRole('heading', { level: 1 })).toContainText('Tapri API documentation');
	const closed = popup.waitForEvent('close');
	await popup.getByRole('button', { name: 'Allow' }).click();
	await closed;
	await expect(flow.getByRole('button', { name: 'Remove authorization' })).toBeVisible();
	await dialog.locator('.close-modal').click();

	const answered = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/v1/me');
	await page.locator('#operations-tag-Profiles').click();
	const operation = page.locator('#operations-Profiles-getMe');
	await operation.locator('.opblock-summary-control').click();
	await operation.getByRole('button', { name: 'Execute' }).click();
	const answer = await answered;
	expect(answer.status()).toBe(200);
	expect(answer.request().headers().authorization).toMatch(/^Bearer /);
	expect((await answer.json()).data.username).toBe(dev.username);
});

// What is said when there is nothing to show, and in which language.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Member } from './support/seed';

let asha: Member;

test.beforeAll(async ({ baseURL }) => {
	asha = await Member.register(baseURL ?? '', 'asha');
	await asha.post('A Sunday', 1);
});

test.beforeEach(({ page }) => watch(page));

test('a page that is not there, and one that cannot be reached, say so', async ({ page, context }) => {
	await asha.enter(page, '/nobody.has.this.name');
	await expect(page.getByRole('heading', { name: 'Nothing at this address' })).toBeVisible();
	await audit(page, 'not-found');
	await page.goto('/');
	await page.getByRole('feed').waitFor();
	// The code of the next page comes when the browser has time.
	await page.waitForLoadState('networkidle');
	await context.setOffline(true);
	await page.getByRole('heading', { name: 'A Sunday' }).getByRole('link').click();
	await expect(page.getByRole('heading', { name: 'No connection' })).toBeVisible();
	await context.setOffline(false);
});

test('it speaks Hindi when asked to', async ({ page }) => {
	await asha.enter(page, '/settings/appearance');
	await page.getByRole('radio', { name: 'हिन्दी' }).check();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('रूप और भाषा');
	await expect(page.locator('html')).toHaveAttribute('lang', 'hi');
	await audit(page, 'hindi');
	await page.goto('/');
	await expect(page.getByRole('navigation', { name: 'मुख्य' })).toBeVisible();
	await audit(page, 'hindi-home');
});

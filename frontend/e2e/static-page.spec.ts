// The hand-made page at the resource server's own address: signing up, posting and the whole code flow by hand.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';

test('everything can be tried by hand before there is a web app', async ({ page }, info) => {
	test.skip(info.project.name !== 'desktop-light', 'the page is the same in every size and light');
	const address = process.env.TAPRI_TEST_RESOURCE_URL?.replace('127.0.0.1', 'localhost') ?? 'http://localhost:5000';
	watch(page);
	await page.goto(`${address}/`);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await audit(page, 'static-page');
});

// A webhook of a developer's app: added, tried, rested, given another secret and deleted. Its address leads nowhere, so
// that what fails is seen; what arrives, and how it is signed, is told in the stories of the back end.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Member } from './support/seed';

test('a developer adds a webhook, sees what becomes of a delivery, and ends it', async ({
	page,
	baseURL,
}) => {
	watch(page);
	const asha = await Member.register(baseURL ?? '', 'asha');
	const { client_id } = await asha.call<{ client_id: string }>('/apps', {
		body: {
			client_name: 'Print Shop',
			redirect_uris: ['https://print.example/callback'],
			client_type: 'confidential',
		},
	});
	await asha.enter(page, `/developers/${client_id}`);
	await page.getByRole('link', { name: 'Webhooks' }).click();

	await test.step('What is wrong with it is told beside it, and its secret is shown once', async () => {
		await expect(page.getByRole('heading', { name: 'No webhooks yet' })).toBeVisible();
		await audit(page, 'webhooks-none');
		await page.getByRole('link', { name: 'Add webhook' }).click();
		const address = page.getByLabel('Address');
		await address.fill('https://127.0.0.1/events');
		await page.getByRole('checkbox', { name: /App's access withdrawn/ }).check();
		await expect(page.getByRole('checkbox', { name: /New device/ })).toBeHidden();
		await page.getByRole('button', { name: 'Add webhook' }).click();
		await expect(address).toHaveAccessibleDescription(/private network/);
		await expect(address).toBeFocused();
		await audit(page, 'webhook-new');
		await address.fill('https://hooks.invalid/events');
		await page.getByRole('button', { name: 'Add webhook' }).click();
		await expect(page.getByLabel('Signing secret', { exact: true })).toHaveValue(/^whsec_/);
		await audit(page, 'webhook-added');
		await page.getByRole('link', { name: 'Open webhook' }).click();
	});

	await test.step('A test, what came of it, and once more', async () => {
		const deliveries = page.locator('details').filter({ hasText: 'Waiting' });
		await page.getByRole('button', { name: 'Send a test' }).click();
		await expect(deliveries).toHaveCount(1);
		await deliveries.first().locator('summary').click();
		await expect(deliveries.first()).toContainText('1 attempt');
		await expect(deliveries.first()).toContainText('no answer from');
		await expect(page.getByRole('region', { name: 'What is sent' })).toContainText('"webhook.test"');
		await page.getByRole('button', { name: 'Send again: Test' }).click();
		await expect(deliveries).toHaveCount(2);
	});

	await test.step('Another secret, a pause, and the end', async () => {
		await page.getByRole('button', { name: 'New secret' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
		await expect(page.getByText('signed with the former secret too')).toBeVisible();
		await audit(page, 'webhook');
		await page.getByRole('button', { name: 'Pause' }).click();
		await expect(page.getByRole('note')).toContainText('paused');
		await page.getByRole('button', { name: 'Resume' }).click();
		await expect(page.getByRole('note')).toBeHidden();
		await page.getByRole('button', { name: 'Delete webhook' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Delete webhook' }).click();
		await expect(page.getByRole('heading', { name: 'No webhooks yet' })).toBeVisible();
	});
});

test('whoever runs this place adds one of theirs', async ({ page, baseURL }) => {
	watch(page);
	const keeper = await Member.keeper(baseURL ?? '');
	await keeper.enter(page, '/admin/people');
	await page.getByRole('navigation').getByRole('link', { name: 'Webhooks' }).click();
	await page.getByRole('link', { name: 'Add webhook' }).click();
	await page.getByLabel('Address').fill('https://hooks.invalid/operator');
	await page.getByRole('checkbox', { name: /New device/ }).check();
	await audit(page, 'webhook-operator');
	await page.getByRole('button', { name: 'Add webhook' }).click();
	await page.getByRole('link', { name: 'Open webhook' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'hooks.invalid' })).toBeVisible();
	await page.getByRole('link', { name: 'Back' }).click();
	await expect(page.getByRole('link', { name: /hooks.invalid\/operator/ })).toBeVisible();
	await audit(page, 'webhooks-operator');
});

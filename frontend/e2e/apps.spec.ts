// A developer's app, from its own page; what people see of it when it asks; and an app that asks for a sign-out.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Member } from './support/seed';
import { ThirdParty } from './support/third-party';

const LOGO = `${import.meta.dirname}/midnight-chai.jpg`;

test('a developer sees to an app, and people see what it is', async ({ page, baseURL }) => {
	watch(page);
	const origin = baseURL ?? '';
	const asha = await Member.register(origin, 'asha');
	const app = await ThirdParty.start(origin);
	const { client_id } = await asha.call<{ client_id: string }>('/apps', {
		body: { client_name: 'Print Shop', redirect_uris: [app.redirectUri], client_type: 'confidential' },
	});
	await asha.enter(page, '/developers');
	await page.getByRole('link', { name: 'Print Shop' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Print Shop' })).toBeVisible();

	await test.step('It gets an icon, a policy and a second address', async () => {
		await page.getByLabel('Icon', { exact: true }).setInputFiles(LOGO);
		await expect(page.getByText('App saved.')).toBeVisible({ timeout: 60_000 });
		await page.getByLabel('Its privacy policy').fill('https://print.example/privacy');
		await page.getByRole('button', { name: 'Add another' }).first().click();
		await page.getByRole('textbox', { name: 'Redirect address 2' }).fill('https://print.example/callback');
		const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
		await page.getByRole('button', { name: 'Save' }).click();
		expect((await saved).status()).toBe(200);
	});

	await test.step('What is less safe says so', async () => {
		await page.getByText('More options').click();
		await page.getByRole('switch', { name: 'Require PKCE' }).uncheck();
		await expect(page.getByText('Without PKCE a stolen code')).toBeVisible();
		await audit(page, 'app-options');
		await page.getByRole('switch', { name: 'Require PKCE' }).check();
	});

	await test.step('How it gets access, and what it asks of a sign-in, can be changed later', async () => {
		await page.getByRole('switch', { name: 'Devices without a browser' }).check();
		await page.getByRole('radio', { name: 'ES256' }).check();
		const age = page.getByLabel('Sign in again after');
		await age.fill('soon');
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(age).toHaveAccessibleDescription(/whole seconds/);
		await age.fill('3600');
		const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
		await page.getByRole('button', { name: 'Save' }).click();
		const { data } = (await (await saved).json()) as { data: Record<string, unknown> };
		expect(data).toMatchObject({ default_max_age: 3600, id_token_signed_response_alg: 'ES256' });
		expect(data.grant_types).toContain('urn:ietf:params:oauth:grant-type:device_code');
	});

	await test.step('A new secret works beside the old one', async () => {
		await page.getByRole('button', { name: 'New secret' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
		await expect(page.getByLabel('Client secret', { exact: true })).toBeVisible();
		await expect(page.getByText('Two secrets work now')).toBeVisible();
		await audit(page, 'app-secret');
	});

	await test.step('Whom it asks sees its icon, its maker and its policy', async () => {
		await page.goto(app.authorizeUrl(client_id, 'openid posts:read'));
		await expect(page.getByText(`Made by @${asha.username}`)).toBeVisible();
		await expect(page.getByRole('link', { name: 'Privacy policy' })).toBeVisible();
		await expect(page.locator('header img')).toBeVisible();
		await audit(page, 'consent-app');
	});

	await test.step('A request of another browser is told from one that is over', async () => {
		const address = page.url();
		await page.context().clearCookies({ name: /flow/ });
		await page.goto(address);
		await expect(page.getByRole('heading', { name: 'This request began in another browser' })).toBeVisible();
		await audit(page, 'consent-elsewhere');
	});

	await test.step('Everything it ever got is revoked, and then it is deleted', async () => {
		await page.goto(`/developers/${client_id}`);
		await page.getByRole('button', { name: 'Revoke all access' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Revoke all access' }).click();
		await expect(page.getByText('All access is revoked.')).toBeVisible();
		await page.getByRole('button', { name: 'Delete app' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Delete app' }).click();
		await expect(page.getByRole('heading', { name: 'Developers' })).toBeVisible();
		await expect(page.getByRole('link', { name: 'Print Shop' })).toBeHidden();
	});
	app.stop();
});

test('an app that wants a person signed out has to ask them', async ({ page, baseURL }) => {
	watch(page);
	const asha = await Member.register(baseURL ?? '', 'asha');
	const { client_id } = await asha.call<{ client_id: string }>('/apps', {
		body: {
			client_name: 'Print Shop',
			redirect_uris: ['https://print.example/callback'],
			client_type: 'public',
		},
	});
	await asha.enter(page, `/oauth/logout?${new URLSearchParams({ client_id })}`);
	await expect(page.getByText('Print Shop asks that you be signed out.')).toBeVisible();
	await audit(page, 'logout-asked');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('link', { name: 'Join Tapri' })).toBeVisible();
	await page.goto('/logout');
	await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
	await audit(page, 'logout-over');
});

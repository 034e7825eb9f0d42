// What becomes of a person's decisions: two tabs, a way back, a second press, what is remembered, what is asked anew.
import { expect, test, type Page } from '@playwright/test';
import { audit, watch } from './support/audit';
import { signIn } from './support/people';
import { Member } from './support/seed';
import { ThirdParty, type Credentials, type Granted } from './support/third-party';

const SCOPES = 'openid posts:read likes:write';

test('every way through consent ends in the app, or in a page that says where it is', async ({
	page,
	browser,
	baseURL,
}) => {
	watch(page);
	const origin = baseURL ?? '';
	const asha = await Member.register(origin, 'asha');
	const first = await ThirdParty.start(origin);
	const credentials = await asha.call<Credentials>('/apps', {
		body: {
			client_name: 'Print Shop',
			redirect_uris: [first.redirectUri],
			client_type: 'confidential',
			client_uri: 'https://print.example/',
		},
	});
	const { client_id } = credentials;
	await asha.enter(page);

	await test.step('Two tabs of one app both succeed', async () => {
		const second = await ThirdParty.start(origin);
		const other = await page.context().newPage();
		await page.goto(first.authorizeUrl(client_id, SCOPES));
		await other.goto(second.authorizeUrl(client_id, SCOPES));
		await page.getByRole('switch', { name: 'Like for you' }).uncheck();
		await allow(page);
		await other.getByRole('switch', { name: 'Like for you' }).uncheck();
		await allow(other);
		expect((await granted(first, credentials)).scope.split(' ').sort()).toEqual(['openid', 'posts:read']);
		expect((await granted(second, credentials)).scope.split(' ').sort()).toEqual(['openid', 'posts:read']);
		await other.close();
		second.stop();
	});

	await test.step('Back leads to a page that leads to the app', async () => {
		await page.goBack();
		await expect(page.getByRole('heading', { name: 'You have decided already' })).toBeVisible();
		await expect(page.getByRole('link', { name: 'Back to Print Shop' })).toHaveAttribute(
			'href',
			'https://print.example/',
		);
		await audit(page, 'consent-finished');
	});

	await test.step('What was decided is not asked again, declined or not', async () => {
		await straight(page, credentials, SCOPES, {});
	});

	await test.step('More is asked for with what was decided as it was, and a second press does no harm', async () => {
		const app = await ThirdParty.start(origin);
		await page.goto(app.authorizeUrl(client_id, `${SCOPES} feed:read`));
		await expect(page.getByRole('switch', { name: 'See posts that you may see' })).toBeChecked();
		await expect(page.getByRole('switch', { name: 'Like for you' })).not.toBeChecked();
		const asked = page.getByRole('switch', { name: 'Read your home feed' });
		await expect(asked).not.toBeChecked();
		await asked.check();
		await audit(page, 'consent-more');
		await page.getByRole('button', { name: 'Allow' }).dblclick();
		await expect(page.getByRole('heading', { name: 'Back in the app' })).toBeVisible();
		expect((await granted(app, credentials)).scope.split(' ')).toContain('feed:read');
		app.stop();
	});

	await test.step('A fresh sign-in that is asked for is all that is asked for', async () => {
		await straight(page, credentials, SCOPES, { max_age: '0' }, async () => {
			await expect(page.getByText('The app asks that you sign in again')).toBeVisible();
			await audit(page, 'consent-again');
			await page.getByRole('textbox', { name: 'Password', exact: true }).fill(asha.password);
			await page.getByRole('button', { name: 'Sign in' }).click();
		});
	});

	await test.step('Who signs in on the way goes on at once', async () => {
		const elsewhere = await (await browser.newContext()).newPage();
		watch(elsewhere);
		await straight(elsewhere, credentials, SCOPES, {}, () =>
			signIn({ username: asha.username, password: asha.password, page: elsewhere }),
		);
		await elsewhere.context().close();
	});

	await test.step('A step that waited too long says so, and leads to the app', async () => {
		const app = await ThirdParty.start(origin);
		// Ten minutes are not waited for: the answer is what the server gives then.
		await page.route('**/api/v1/consent?*', (route) => route.fulfill({ status: 410, json: EXPIRED }));
		await page.goto(app.authorizeUrl(client_id, SCOPES, { prompt: 'consent' }));
		await expect(page.getByRole('heading', { name: 'This request has expired' })).toBeVisible();
		await expect(page.getByRole('link', { name: 'Back to Print Shop' })).toBeVisible();
		await audit(page, 'consent-expired');
		app.stop();
	});
	first.stop();
});

const EXPIRED = {
	status: 'error',
	message: 'This request has expired',
	code: 410,
	details: {
		field: null,
		issue: 'Start again from the app',
		reason: 'request_expired',
		way_back: { name: 'Print Shop', uri: 'https://print.example/' },
	},
	timestamp: '2025-06-23T15:35:00Z',
};

async function allow(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Allow' }).click();
	await expect(page.getByRole('heading', { name: 'Back in the app' })).toBeVisible();
}

/** The tokens for the code that came. */
async function granted(app: ThirdParty, credentials: Credentials): Promise<Granted> {
	const response = await app.redeem(credentials, (await app.answer()).get('code') ?? '');
	expect(response.status).toBe(200);
	return (await response.json()) as Granted;
}

/** Goes to the app and back without being asked what it may do; `meanwhile` is what is asked instead. */
async function straight(
	page: Page,
	credentials: Credentials,
	scope: string,
	more: Record<string, string>,
	meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
	const app = await ThirdParty.start(test.info().project.use.baseURL ?? '');
	await page.goto(app.authorizeUrl(credentials.client_id, scope, more));
	await meanwhile();
	await expect(page.getByRole('heading', { name: 'Back in the app' })).toBeVisible();
	await granted(app, credentials);
	app.stop();
}

// The story from first light to the last: Asha posts, Bilal follows and talks, an app asks, gets some of
// what it asked for, and loses it again. Each page that somebody sees on the way is audited.
import { expect, test, type Page } from '@playwright/test';
import { audit } from './support/audit';
import { signIn, signUp, visitor, type Person } from './support/people';
import { Member } from './support/seed';
import { ThirdParty, type Credentials, type Granted } from './support/third-party';

/** A camera's JPEG with EXIF and GPS; another one by TAPRI_TEST_PHOTO. */
const PHOTO = process.env.TAPRI_TEST_PHOTO ?? `${import.meta.dirname}/midnight-chai.jpg`;
const ALT = 'A cup on a red saucer, a spoon beside it, on dark wood';

test('Asha posts, Bilal talks, an app is let in and sent away', async ({ browser, baseURL }) => {
	const origin = baseURL ?? '';
	const asha = await visitor(browser, 'asha');
	const app = await ThirdParty.start(origin);

	await test.step('Asha signs up and posts a photograph', async () => {
		await signUp(asha);
		await audit(asha.page, 'home-empty');
		await post(asha.page);
	});

	await test.step('She sees it in her feed and on her profile, without its GPS position', async () => {
		await expect(photoIn(asha.page)).toBeVisible();
		await audit(asha.page, 'home');
		await holdsNoPosition(asha.page);
		await asha.page.getByRole('navigation').getByRole('link', { name: 'You' }).click();
		await expect(photoIn(asha.page)).toBeVisible();
		await audit(asha.page, 'profile-own');
	});

	const bilal = await test.step('Bilal follows her, sees it at home, likes it and comments', async () => {
		const member = await Member.register(origin, 'bilal');
		const { page } = await visitor(browser, 'bilal');
		const person = await member.enter(page, `/${asha.username}`);
		await follow(page);
		await like(page);
		await comment(page);
		return person;
	});

	const credentials = await test.step('Asha registers an app', () => registerApp(asha.page, app));
	const granted = await test.step('Bilal allows some of what it asks for', async () => {
		await decide(
			bilal,
			app.authorizeUrl(credentials.client_id, 'openid profile:read posts:read posts:write'),
		);
		const code = (await app.answer()).get('code') ?? '';
		return (await (await app.redeem(credentials, code)).json()) as Granted;
	});

	await test.step('The app may what was allowed, and no more', async () => {
		expect(granted.scope.split(' ')).not.toContain('posts:write');
		const me = (await (await app.call(granted.access_token, 'GET', '/me')).json()) as {
			data: { username: string };
		};
		expect(me.data.username).toBe(bilal.username);
		const refused = await app.call(granted.access_token, 'POST', '/posts', { caption: 'From an app' });
		expect(refused.status).toBe(403);
		const { details } = (await refused.json()) as { details: { reason: string } };
		expect(details.reason).toBe('insufficient_scope');
	});

	await test.step('Bilal withdraws it, and both of its tokens are dead', async () => {
		await withdraw(bilal.page);
		expect((await app.call(granted.access_token, 'GET', '/me')).status).toBe(401);
		expect((await app.refresh(credentials, granted.refresh_token)).status).toBe(400);
	});

	await test.step('Asha signs out and in again', async () => {
		await signOut(asha);
	});

	app.stop();
	await asha.page.context().close();
	await bilal.page.context().close();
});

/** Asha's photograph, wherever it is shown. */
function photoIn(page: Page) {
	return page.getByRole('img', { name: ALT });
}

async function post(page: Page): Promise<void> {
	await page.getByRole('navigation').getByRole('link', { name: 'Create' }).click();
	await expect(page.getByRole('heading', { name: 'New post' })).toBeVisible();
	await audit(page, 'create');
	await page.getByLabel('Choose photographs').setInputFiles(PHOTO);
	// Pictures are made by threads that stand back, and a browser that has just started leaves them little.
	await expect(page.getByText('Ready', { exact: true })).toBeVisible({ timeout: 60_000 });
	await page.getByLabel('Describe it').fill(ALT);
	await page.getByLabel('Title').fill('Midnight Chai');
	await page.getByLabel('Caption').fill('The last stall before the bridge.\nHe knows what we drink.');
	await audit(page, 'create-filled');
	await page.getByRole('button', { name: 'Post', exact: true }).click();
	await expect(page.getByRole('feed')).toBeVisible();
}

/** Every size that the page offers is fetched and searched for what a camera writes. */
async function holdsNoPosition(page: Page): Promise<void> {
	const sources = await page
		.locator('picture source')
		.evaluateAll((all) =>
			all.flatMap((source) =>
				(source.getAttribute('srcset') ?? '').split(', ').map((one) => one.split(' ')[0]),
			),
		);
	expect(sources.length).toBeGreaterThan(0);
	for (const source of sources) {
		const bytes = (await (await page.request.get(source ?? '')).body()).toString('latin1');
		// Told by name: nobody wants to read a photograph.
		expect(/Exif|EXIF|GPS|Stall 35|2025:06:23/.test(bytes), `${source} holds EXIF`).toBe(false);
	}
}

async function follow(page: Page): Promise<void> {
	await expect(photoIn(page)).toBeVisible();
	await audit(page, 'profile');
	await page.getByRole('button', { name: 'Follow' }).click();
	await expect(page.getByRole('button', { name: 'Following' })).toBeVisible();
	await page.getByRole('link', { name: '1 follower' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toContainText('Followers');
	await audit(page, 'followers');
}

async function like(page: Page): Promise<void> {
	await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
	await expect(photoIn(page)).toBeVisible();
	const button = page.getByRole('button', { name: 'Like' });
	const answered = page.waitForResponse((response) => response.url().endsWith('/like'));
	await button.click();
	await expect(button).toHaveAttribute('aria-pressed', 'true');
	expect((await answered).status()).toBe(200);
	await page.reload();
	await expect(page.getByRole('button', { name: 'Like' })).toHaveAttribute('aria-pressed', 'true');
	await audit(page, 'home-liked');
}

async function comment(page: Page): Promise<void> {
	await page.getByRole('heading', { name: 'Midnight Chai' }).getByRole('link').click();
	await expect(page.getByRole('heading', { level: 1, name: 'Midnight Chai' })).toBeVisible();
	await audit(page, 'post');
	await page.getByLabel('Your comment').fill('The light in this one.');
	await page.getByRole('button', { name: 'Send comment' }).click();
	await expect(page.getByRole('article', { name: 'Comment by' })).toContainText('The light in this one.');
	await page.reload();
	await expect(page.getByRole('article', { name: 'Comment by' })).toContainText('The light in this one.');
	await audit(page, 'post-commented');
}

async function registerApp(page: Page, app: ThirdParty): Promise<Credentials> {
	await page.goto('/developers');
	await expect(page.getByRole('heading', { name: 'Developers' })).toBeVisible();
	await audit(page, 'developers');
	await page.getByRole('link', { name: 'New app' }).click();
	await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Contact Sheet');
	await page.getByLabel('Redirect address 1').fill(app.redirectUri);
	for (const scope of ['See your profile', 'See posts that you may see', 'Post for you']) {
		await page.getByLabel(scope).check();
	}
	await audit(page, 'app-new');
	await page.getByRole('button', { name: 'Register app' }).click();
	await expect(page.getByRole('heading', { name: 'Contact Sheet is registered' })).toBeVisible();
	await audit(page, 'app-created');
	const client_id = await page.getByLabel('Client ID', { exact: true }).inputValue();
	const client_secret = await page.getByLabel('Client secret', { exact: true }).inputValue();
	await page.getByRole('link', { name: 'Open app' }).click();
	await expect(page.getByRole('button', { name: 'Delete app' })).toBeVisible();
	await audit(page, 'app-own');
	return { client_id, client_secret };
}

async function decide({ page, username }: Person, url: string): Promise<void> {
	await page.goto(url);
	await expect(page.getByRole('heading', { level: 1 })).toContainText('Contact Sheet');
	await expect(page.getByText(`You are signed in as ${username}`)).toBeVisible();
	await expect(page.getByText('Afterwards you are sent to 127.0.0.1')).toBeVisible();
	await page.getByRole('switch', { name: 'Post for you' }).uncheck();
	await audit(page, 'consent');
	await page.getByRole('button', { name: 'Allow' }).click();
	await expect(page.getByRole('heading', { name: 'Back in the app' })).toBeVisible();
}

async function withdraw(page: Page): Promise<void> {
	await page.goto('/settings');
	await audit(page, 'settings');
	await page.getByRole('main').getByRole('link', { name: 'Apps with access' }).click();
	const card = page.getByRole('listitem').filter({ hasText: 'Contact Sheet' });
	await expect(card).toContainText('See posts that you may see');
	await expect(card).toContainText('Last used');
	await audit(page, 'apps-with-access');
	await card.getByRole('button', { name: 'Withdraw' }).click();
	await audit(page, 'withdraw');
	await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
	await expect(page.getByRole('heading', { name: 'No app has access' })).toBeVisible();
	await audit(page, 'apps-none');
}

async function signOut(person: Person): Promise<void> {
	const { page } = person;
	for (const section of ['profile', 'password', 'devices', 'appearance']) {
		await page.goto(`/settings/${section}`);
		await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		await audit(page, `settings-${section}`);
	}
	await page.goto('/logout');
	await audit(page, 'logout');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('link', { name: 'Join Tapri' })).toBeVisible();
	await page.goto('/settings/devices');
	await expect(page).toHaveURL(/\/login\?next=/);
	await audit(page, 'login');
	await signIn(person);
	await expect(page.getByText('This device')).toBeVisible();
}

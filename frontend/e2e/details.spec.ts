// How it feels: keys, Back, what is taken back when the server says no, several tabs, no connection.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Member } from './support/seed';

let asha: Member;

test.beforeAll(async ({ baseURL }) => {
	asha = await Member.register(baseURL ?? '', 'asha');
	for (const title of ['First', 'Second', 'Third']) await asha.post(title, 1);
	await asha.post('Three from Sunday', 3);
});

test.beforeEach(({ page }) => watch(page));

test('a carousel goes on by the arrow keys and says where it is', async ({ page }) => {
	await asha.enter(page);
	const carousel = page.getByRole('region', { name: 'Three from Sunday' });
	const track = carousel.getByRole('group', { name: '1 of 3' }).first();
	await track.focus();
	await page.keyboard.press('ArrowRight');
	await expect(carousel.getByText('2 of 3', { exact: true })).toBeVisible();
	await page.keyboard.press('ArrowRight');
	await expect(carousel.getByText('3 of 3', { exact: true })).toBeVisible();
	await page.keyboard.press('ArrowLeft');
	await expect(carousel.getByText('2 of 3', { exact: true })).toBeVisible();
	await audit(page, 'carousel');
});

test('the feed is walked by PageDown and left by Ctrl+End', async ({ page }) => {
	await asha.enter(page);
	const articles = page.getByRole('article');
	await articles.first().focus();
	await page.keyboard.press('PageDown');
	await expect(articles.nth(1)).toBeFocused();
	await page.keyboard.press('PageUp');
	await expect(articles.first()).toBeFocused();
	await page.keyboard.press('Control+End');
	await expect(page.locator('#feed-end')).toBeFocused();
});

test('the first key leads past the navigation', async ({ page }) => {
	await asha.enter(page);
	await page.getByRole('feed').waitFor();
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.locator('main')).toBeFocused();
});

test('Back returns to the same post, and no request is made for it', async ({ page }) => {
	await asha.enter(page);
	const third = page.getByRole('article').filter({ hasText: 'Second' });
	await third.scrollIntoViewIfNeeded();
	const before = (await third.boundingBox())?.y ?? 0;
	await third.getByRole('heading').getByRole('link').click();
	await expect(page.getByRole('heading', { level: 1, name: 'Second' })).toBeFocused();
	const asked: string[] = [];
	page.on('request', (request) => asked.push(new URL(request.url()).pathname));
	await page.goBack();
	await expect(third).toBeInViewport();
	await expect.poll(async () => Math.abs(((await third.boundingBox())?.y ?? 0) - before)).toBeLessThan(4);
	expect(asked.filter((path) => path.includes('/feed/'))).toEqual([]);
});

test('a like that the server refuses is taken back, and says why', async ({ page }) => {
	await asha.enter(page);
	const post = page.getByRole('article').filter({ hasText: 'Three from Sunday' });
	const like = post.getByRole('button', { name: 'Like' });
	await page.route('**/like', (route) => route.abort());
	await like.click();
	await expect(page.getByText('No answer from the server.')).toBeVisible();
	await expect(like).toHaveAttribute('aria-pressed', 'false');
	await page.unroute('**/like');
	await like.click();
	await expect(like).toHaveAttribute('aria-pressed', 'true');
});

test('a wrong field is named, takes the focus, and keeps what was typed', async ({ page }) => {
	await asha.enter(page, '/settings/password');
	await page.getByRole('textbox', { name: 'Current password' }).fill('not the password');
	await page.getByRole('textbox', { name: 'New password' }).fill('another monsoon 42');
	await page.getByRole('button', { name: 'Change password' }).click();
	const current = page.getByRole('textbox', { name: 'Current password' });
	await expect(current).toBeFocused();
	await expect(current).toHaveAccessibleDescription('This is not your password.');
	await expect(current).toHaveValue('not the password');
	await audit(page, 'password-wrong');
});

test('signing out in one tab signs out the other', async ({ page, context }) => {
	await asha.enter(page);
	const other = await context.newPage();
	await other.goto('/settings/devices');
	await expect(other.getByText('This device')).toBeVisible();
	await page.goto('/logout');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('link', { name: 'Join Tapri' })).toBeVisible();
	await expect(other).toHaveURL(/\/login/);
});

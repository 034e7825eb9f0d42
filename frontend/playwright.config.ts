// The journeys in a real browser, against a Tapri that somebody else has started (scripts/browser.sh does).
// The browser is the system's Chromium; nothing is downloaded.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type Project } from '@playwright/test';

// A directory for each run, so that two at the same time do not clear away each other's pictures. The workers
// read this file too and must come to the same name.
process.env.TAPRI_TEST_RUN ??= String(process.pid);

// The long journey is told on both screens. What is the same on both is told on one: forms on the phone, where they
// are tightest, and what needs keys, popups or tabs on the desktop.
const projects: Project[] = [
	{
		name: 'phone',
		testIgnore: /(consent|details|docs|static-page)\.spec/,
		use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'light' },
	},
	{
		name: 'desktop',
		testIgnore: /(account|apps|device|moderation|webhooks|words)\.spec/,
		use: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
	},
];

export default defineConfig({
	testDir: 'e2e',
	outputDir: join(tmpdir(), 'tapri-journeys', process.env.TAPRI_TEST_RUN),
	reporter: [['list']],
	workers: 1,
	// A whole story is one test; two cores are shared with the servers.
	timeout: 180_000,
	expect: { timeout: 10_000 },
	forbidOnly: true,
	use: {
		baseURL: process.env.TAPRI_ORIGIN ?? 'http://localhost:3000',
		locale: 'en-GB',
		// A trace doubles the time that everything takes; `--trace on` makes one where it is needed.
		screenshot: 'only-on-failure',
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
			],
		},
	},
	projects,
});

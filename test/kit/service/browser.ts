import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';

/** Longest wait for anything on a page, in milliseconds: the machine may be busy with other tests. */
const PAGE_LIMIT_MS = 30_000;

/** Chromium restarts connections when networks of this host change, which tests' sessions cause. */
const NETWORK_CHANGED = 'net::ERR_NETWORK_CHANGED';

const WINDOW = { width: 1440, height: 900 };

/** A real browser without a window, for the pages of one test file. */
export interface TestBrowser {
  /** Opens a page with separate cookies. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The pages' problems since the last call: console errors, uncaught errors, refused content. */
  complaints(): string[];
}

/** Starts Chromium, which is closed after the test. */
export async function startBrowser(t: Test): Promise<TestBrowser> {
  const browser = await launch();
  t.teardown(() => browser.close());
  let complaints: string[] = [];
  return {
    async open(options) {
      const context = await browser.newContext({ viewport: WINDOW, ...options });
      context.setDefaultTimeout(PAGE_LIMIT_MS);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        const isComplaint = message.type() === 'error' || message.type() === 'warning';
        if (isComplaint && !message.text().includes(NETWORK_CHANGED)) complaints.push(message.text());
      });
      return page;
    },
    complaints() {
      const received = complaints;
      complaints = [];
      return received;
    },
  };
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['BERTH_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    timeout: PAGE_LIMIT_MS,
    args: [
      // Chromium's own sandbox refuses to run as root. The pages are this project's.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

import type { Locator, Page } from 'playwright-core';
import type { BerthProcess } from '../kit/service/berth-process.ts';

/** A step of the Linux lab. */
export const FIRST_STEP = 'Find your way';

/** Opens a one-time sign-in link and signs in with it. */
export async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Labs', exact: true }).waitFor();
}

/** Returns the sign-in link that the service prints for its first admin. */
export function printedLink(berth: BerthProcess): string {
  const link = /Sign in as admin, once, within the hour: (\S+)/.exec(berth.output())?.[1];
  if (!link) throw new Error(`No link was printed:\n${berth.output()}`);
  return link;
}

/** Opens a lab's page. The result finds its parts by the texts that learners see. */
export async function openLab(page: Page, berth: BerthProcess, slug = 'linux-command-line') {
  await page.goto(`${berth.url}/labs/${slug}`);
  const lab = labPage(page);
  await lab.title.waitFor();
  return lab;
}

export type LabPage = ReturnType<typeof labPage>;

export function labPage(page: Page) {
  const machine = page.getByRole('region', { name: 'Your machine' });
  const shell = machine.locator('.workspace:not([hidden]) .shell:not([hidden])');
  const screen = shell.locator('.xterm-rows');
  const button = (name: string) => machine.getByRole('button', { name, exact: true });
  return {
    title: page.getByRole('heading', { level: 1 }),
    machine,
    /** A button next to or above the terminal. */
    button,
    /** The rows of the visible terminal. */
    rows: screen.locator('> div'),
    step: (title: string): Locator => page.locator('article', { hasText: title }).first(),

    /** Starts the lab and waits for the prompt. */
    async start() {
      await button('Start the lab').click();
      await this.prompt();
    },

    /** Waits for the first prompt in the visible terminal. */
    prompt: (host = 'main') => screen.filter({ hasText: `learner@${host}:~$` }).waitFor(),

    /** Opens another terminal and waits for its prompt. */
    async openAnother(host?: string) {
      const shells = machine.locator('.workspace:not([hidden]) .shell');
      const before = await shells.count();
      await button('+ Open another terminal').click();
      await shells.nth(before).waitFor();
      await this.prompt(host);
    },

    /** Waits until the visible terminal shows a text. */
    shows: (text: string | RegExp) => screen.filter({ hasText: text }).waitFor(),

    /** Types a line into the visible terminal. */
    async type(line: string) {
      await shell.locator('.xterm').click();
      await page.keyboard.type(line);
      await page.keyboard.press('Enter');
    },

    /** Ends the session and confirms. */
    async end() {
      await button('End').click();
      await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    },

    async check(title: string, message: string | RegExp) {
      const step = this.step(title);
      await step.getByRole('button', { name: 'Check' }).click();
      await step.getByRole('status').filter({ hasText: message }).waitFor();
    },
  };
}

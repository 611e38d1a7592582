// The page as a person uses it.

/** A page with its telephone. */
export class Telephone {
  constructor(page) {
    this.page = page;
  }

  /** Waits until an element that contains this text is visible, and returns it. */
  async sees(selector, text) {
    const element = this.page.locator(selector).filter({ hasText: text, visible: true }).first();
    await element.waitFor();
    return element;
  }

  /** Waits until no element that contains this text is visible. */
  async seesNo(selector, text) {
    await this.page.locator(selector).filter({ hasText: text }).first().waitFor({ state: 'hidden' });
  }

  /** Waits until the call has this many entries that contain the text. */
  async happened(text, times = 1) {
    await this.page
      .locator('#timeline li')
      .filter({ hasText: text })
      .nth(times - 1)
      .waitFor();
  }

  hears(text) {
    return this.sees('#prompt', text);
  }

  async text(selector) {
    return this.page.locator(selector).innerText();
  }

  /** Chooses an option by a part of its text. */
  async choose(selector, text) {
    const value = await this.page.locator(`${selector} option`).filter({ hasText: text }).first().getAttribute('value');
    await this.page.locator(selector).selectOption(value);
  }

  async call() {
    await this.page.locator('#call').click();
    await this.page.locator('#hang-up').waitFor();
  }

  async hangUp() {
    await this.page.locator('#hang-up').click();
    await this.page.locator('#call').waitFor();
  }

  /** Presses keys by mouse. */
  async press(keys) {
    const names = { '*': 'star', '#': 'pound' };
    for (const key of keys) {
      const name = new RegExp(`^${names[key] ?? key}`);
      await this.page.locator('#keypad').getByRole('button', { name }).click();
    }
  }

  /** Keys digits on the keyboard. */
  async key(keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Answers a login: account, then PIN. */
  async login(account, pin) {
    await this.hears('account number');
    await this.key(`${account}#`);
    await this.hears('PIN');
    await this.key(`${pin}#`);
  }

  /** Moves the clock with the page's dialog. */
  async setClock(to) {
    await this.page.locator('#clock').click();
    await this.page.locator('#clock-to').fill(to);
    await this.page.keyboard.press('Enter');
    await this.page.locator('#clock-panel').waitFor({ state: 'hidden' });
  }

  /** Switches faults on or off with the page's dialog: names of its labels. */
  async switchFault(label) {
    await this.page.locator('#faults').click();
    await this.page.locator('#faults-panel').getByLabel(label, { exact: false }).click();
    await this.page.keyboard.press('Escape');
    await this.page.locator('#faults-panel').waitFor({ state: 'hidden' });
  }
}

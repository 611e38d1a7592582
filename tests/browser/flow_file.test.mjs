import assert from 'node:assert/strict';
import { pageTest } from './page_test.mjs';
import { ADA } from './ringbolt.mjs';

const places = (phone) =>
  phone.page.locator('#drawing [data-place]').evaluateAll((all) => all.map((place) => place.dataset.place));

pageTest(
  'a mistake in the saved flow file is shown on its line, and the old flow stays live',
  {},
  async ({ ringbolt, phone }) => {
    await ringbolt.editFlow('do: { ivr: balance }', 'do: { ivr: balanse }');
    await phone.sees('#tab-file .tag', '1');
    await phone.page.locator('#tab-file').click();
    const line = await ringbolt.lineOf('balanse');
    await phone.page.locator(`#file li.error[data-line="${line}"] .finding`).waitFor();
    await phone.sees('#file .finding', 'balance'); // the near name
    assert.ok((await places(phone)).includes('ivr:balance'));

    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.hears('Hello Ada');
    await phone.key('1');
    await phone.hears(`${ADA.balance} dollars`);
  },
);

pageTest(
  'the corrected flow file gives the new drawing, and the next call takes it',
  {},
  async ({ ringbolt, phone }) => {
    await ringbolt.editFlow('Hello @firstname.', 'Hello @frstname.');
    await phone.page.locator('#tab-file').click();
    await phone.page.locator('#file .finding').first().waitFor();
    await ringbolt.editFlow('Hello @frstname.', 'Good day, @firstname.');
    await ringbolt.editFlow('balance }', 'saldo }');
    await ringbolt.editFlow('  balance:\n', '  saldo:\n');
    await phone.page.locator('#drawing [data-place="ivr:saldo"]').waitFor({ state: 'attached' });
    await phone.page.locator('#file .finding').waitFor({ state: 'hidden' });
    assert.ok(!(await places(phone)).includes('ivr:balance'));

    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.hears('Good day, Ada');
  },
);

import { pageTest } from './page_test.mjs';
import { ADA, WRONG_PIN } from './ringbolt.mjs';

pageTest('with the database down, a caller hears the fallback', {}, async ({ phone }) => {
  await phone.call();
  await phone.login(ADA.account, ADA.pin);
  await phone.hears('Hello Ada');
  await phone.switchFault('Down');
  await phone.sees('#faults.on', 'Database down');
  await phone.key('1');
  await phone.hears('We are sorry, we cannot tell you your balance right now');
  await phone.sees('#timeline li.fault', 'DynamoDB was not reached');

  await phone.call();
  await phone.login(ADA.account, ADA.pin);
  await phone.happened('Transferred to (800) 555-0100');
  await phone.seesNo('#timeline li', 'Right PIN');
  await phone.hangUp();

  await phone.switchFault('Works');
  await phone.sees('#faults', 'No faults');
  await phone.call();
  await phone.login(ADA.account, ADA.pin);
  await phone.hears('Hello Ada');
});

pageTest('a slow and a throttled database also lead to the fallback, in time', {}, async ({ phone }) => {
  for (const fault of ['Slow', 'Throttled']) {
    await phone.switchFault(fault);
    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.happened('Transferred to (800) 555-0100');
    await phone.hangUp();
  }
});

pageTest('a webhook that the provider sends twice counts once', {}, async ({ phone }) => {
  await phone.switchFault('twice');
  await phone.sees('#faults.on', 'Webhooks twice');
  await phone.call();
  await phone.login(ADA.account, WRONG_PIN);
  await phone.sees('#timeline li.bad', 'repeated');
  await phone.page.locator('#caller [aria-label="1 of 3 wrong PINs"]').waitFor();
  await phone.login(ADA.account, ADA.pin);
  await phone.hears('Hello Ada');
});

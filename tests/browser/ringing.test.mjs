import { pageTest } from './page_test.mjs';

/** A low score in the demo rings two people. */
async function ringTwo(phone) {
  await phone.call();
  await phone.login('90786', '4711');
  await phone.hears('how was our service');
  await phone.key('2');
  await phone.sees('#panel li', '(222) 555-0123');
  await phone.sees('#panel li', '(555) 555-0145');
}

const person = (phone, number) => phone.page.locator('#panel li').filter({ hasText: number });

pageTest('a person who answers hears the whisper, accepts, and talks', { flow: null }, async ({ phone }) => {
  await ringTwo(phone);
  await person(phone, '0123').getByRole('button', { name: 'Answers' }).click();
  await phone.sees('#panel li', 'Hears “Low score from');
  await phone.happened('Whisper');
  await person(phone, '0123').getByRole('button', { name: 'Accepts' }).click();
  await phone.happened('accepts the call');
  await phone.sees('#place', 'Talking');
  await phone.hangUp();
});

pageTest('a person who declines leaves the call to the other one', { flow: null }, async ({ phone }) => {
  await ringTwo(phone);
  await person(phone, '0123').getByRole('button', { name: 'Answers' }).click();
  await person(phone, '0123').getByRole('button', { name: 'Declines' }).click();
  await phone.sees('#panel li', 'declined');
  await person(phone, '0145').getByRole('button', { name: 'Answers' }).click();
  await person(phone, '0145').getByRole('button', { name: 'Accepts' }).click();
  await phone.sees('#place', 'Talking');
});

pageTest('a caller whom nobody answers is told so', { flow: null }, async ({ phone }) => {
  await ringTwo(phone);
  await person(phone, '0123').getByRole('button', { name: 'No answer' }).click();
  await person(phone, '0123').filter({ hasText: 'did not answer' }).waitFor();
  await person(phone, '0145').getByRole('button', { name: 'No answer' }).click();
  await phone.sees('#prompt', 'Nobody answered');
  await phone.sees('#place', 'Call ended');
});

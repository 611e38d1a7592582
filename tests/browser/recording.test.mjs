import { pageTest } from './page_test.mjs';

const SAID = 'The queue was short and the music was long.';

async function recordAnswer(phone) {
  await phone.call();
  await phone.hears('how was our service');
  await phone.key('5');
  await phone.hears('May we talk about it');
  await phone.key('2');
  await phone.page.locator('#say').fill(SAID);
  await phone.page.getByRole('button', { name: 'End the recording' }).click();
  await phone.hears('The flow hung up');
}

const transcription = (phone) => phone.page.locator('.transcriptions li').first();

pageTest(
  'a recorded answer is transcribed late, and its transcription is posted',
  { flow: 'survey' },
  async ({ phone }) => {
    await recordAnswer(phone);
    await transcription(phone).getByRole('button', { name: 'Post it' }).click();
    await transcription(phone).getByText('posted').waitFor();
    await phone.happened('Transcription posted');
    await (await phone.sees('#timeline li', 'Transcription posted')).locator('.head').click();
    await phone.sees('#event dd', SAID);
    await phone.sees('#event .tag', '204');
  },
);

pageTest('a transcription that is posted twice is taken both times', { flow: 'survey' }, async ({ phone }) => {
  await recordAnswer(phone);
  await transcription(phone).getByRole('button', { name: 'Post twice' }).click();
  await phone.happened('Transcription posted', 2);
  await transcription(phone).getByText('posted').waitFor();
});

pageTest('a transcription that never comes is marked so', { flow: 'survey' }, async ({ phone }) => {
  await recordAnswer(phone);
  await transcription(phone).getByRole('button', { name: 'Never' }).click();
  await transcription(phone).getByText('never comes').waitFor();
  await phone.seesNo('#timeline li', 'Transcription posted');
});

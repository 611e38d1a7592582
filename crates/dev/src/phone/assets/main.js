// The telephone page of `ringbolt dev`. Each module draws its part of the page from the state; this one wires them.

import { listen } from './api.js';
import { drawCallerCard } from './caller.js';
import { drawSession } from './calls.js';
import { drawChoosing } from './choices.js';
import { drawClock } from './clock.js';
import { drawDetails } from './details.js';
import { $ } from './dom.js';
import { drawDrawing } from './drawing.js';
import { drawFaults } from './faults.js';
import { drawFlowFile, fetchFlow } from './file.js';
import { drawKeypad, hangUp } from './keypad.js';
import { drawConnection } from './notices.js';
import { drawPanels } from './panel.js';
import { drawPatience } from './patience.js';
import { placePopups } from './popups.js';
import { drawPhone } from './screen.js';
import { update } from './state.js';
import { drawStory } from './timeline.js';
import { drawSound } from './tones.js';
import { drawVoice, skipSpoken } from './voice.js';

drawChoosing();
drawKeypad();
drawPhone();
drawPanels();
drawPatience();
drawSound();
drawVoice();
drawSession();
drawStory();
drawDrawing();
drawDetails();
drawFlowFile();
drawCallerCard();
drawClock();
drawFaults();
drawConnection();
placePopups();
$('hang-up').addEventListener('click', hangUp);

listen({ arrives: ({ calls }) => skipSpoken(calls), flowsChanged: fetchFlow });
update({});

import { begins, hasEnough } from './buffer.js';
import { showChoice } from './choice-box.js';
import type { Engine, StartEngine } from './engine.js';
import { createEventLog } from './event-log.js';
import { canUseHlsJs, startHlsJs } from './hls-engine.js';
import { canPlayNatively, startNative } from './native-engine.js';
import { createStatePanel } from './state-panel.js';
import { OWN, ownStream, STREAMS } from './streams.js';

const video = document.querySelector<HTMLVideoElement>('#video')!;
const form = document.querySelector<HTMLFormElement>('#choice')!;
const stream = document.querySelector<HTMLSelectElement>('#stream')!;
const own = document.querySelector<HTMLInputElement>('#own')!;
const engines = document.querySelector<HTMLSelectElement>('#engine')!;
const rendition = document.querySelector<HTMLSelectElement>('#rendition')!;
const sound = document.querySelector<HTMLSelectElement>('#sound')!;
const complaint = document.querySelector<HTMLElement>('#complaint')!;
const log = createEventLog(document.querySelector<HTMLOListElement>('#events')!);
const show = createStatePanel(document.querySelector<HTMLDListElement>('#state')!);

let engine: Engine | undefined;
let stalls = 0;

stream.append(...STREAMS.map(({ id, title }) => new Option(title, id)), new Option('Another one', OWN));
if (canUseHlsJs()) engines.append(new Option('hls.js', 'hls.js'));
if (canPlayNatively(video)) engines.append(new Option('the browser', 'native'));
const asked = new URLSearchParams(location.search);
stream.value = asked.has('url') ? OWN : (asked.get('stream') ?? STREAMS[0]!.id);
own.value = asked.get('url') ?? '';
if ([...engines.options].some(({ value }) => value === asked.get('engine'))) engines.value = asked.get('engine')!;
showOwn();

stream.addEventListener('change', () => {
  showOwn();
  if (stream.value !== OWN) play();
});
engines.addEventListener('change', play);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  play();
});
rendition.addEventListener('change', () => engine?.chooseRendition(Number(rendition.value)));
sound.addEventListener('change', () => engine?.chooseSound(Number(sound.value)));
video.addEventListener('waiting', () => {
  // Waiting at the beginning, for a seek or for another sound is no stall.
  if (video.seeking || begins(video) || engine?.settles() === true) return;
  if (hasEnough(video)) return log.happened('the browser cannot keep up with what is buffered');
  stalls += 1;
  log.failed('the buffer ran empty', false);
});
video.addEventListener('ended', () => log.happened('it ended'));
setInterval(refresh, 500);
play();

function play(): void {
  const path = stream.value === OWN ? ownStream(own.value) : STREAMS.find(({ id }) => id === stream.value)?.path;
  engine?.stop();
  engine = undefined;
  log.clear();
  stalls = 0;
  const start: StartEngine | undefined =
    engines.value === 'native' ? startNative : engines.value === '' ? undefined : startHlsJs;
  complain(
    path === undefined
      ? 'A stream is a path below /hls/ on this server.'
      : start === undefined
        ? 'This browser plays HLS neither by itself nor with hls.js.'
        : undefined,
  );
  if (path === undefined || start === undefined) return;
  log.happened(`asks for ${path}`);
  engine = start(video, path, log);
  // Refused where a browser lets nothing begin by itself: the controls are there.
  video.play().catch(() => undefined);
  refresh();
}

function refresh(): void {
  show(video, engine?.state() ?? {}, stalls);
  const none = { options: [], chosen: -1 };
  showChoice(rendition, engine?.renditions() ?? none);
  showChoice(sound, engine?.sounds() ?? none);
}

function showOwn(): void {
  own.closest('label')!.hidden = stream.value !== OWN;
}

function complain(text: string | undefined): void {
  complaint.hidden = text === undefined;
  complaint.textContent = text ?? '';
}

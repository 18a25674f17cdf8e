// Draws the media of the sample streams with ffmpeg: run it when they are to look or sound different, and commit what
// comes out. A segment lasts 1.92 s and a part 0.32 s: at 25 pictures and 48,000 samples a second both are whole numbers
// of pictures (48, 8) and of AAC frames (90, 15), so that picture and sound can be cut at the very same moments.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const out = 'apps/server/assets/hls';
const SEGMENT = 1.92;
const PART = 0.32;
const RATE = 25;
const GOP = Math.round(SEGMENT * RATE);
const FRAGMENTED_SEGMENTS = 24;
const TRANSPORT_SEGMENTS = 10;

const ffmpeg = (...groups) => execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...groups.flat()]);
const words = (text) => text.split(' ');
const probe = (file, stream) => {
  const args = ['-v', 'error', '-select_streams', stream, '-show_streams', '-of', 'json', file];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })).streams[0];
};

/** A slow wash of colour, a bar that grows with every segment, a running counter, and which rendition this is. */
function picture({ seconds, width, height, label, colours }) {
  const [dark, light] = colours;
  const wash = `gradients=s=160x90:c0=${dark}:c1=${light}:c2=${dark}:nb_colors=3:x0=0:y0=0:x1=160:y1=90:speed=0.008:r=${RATE}:d=${seconds}:seed=7`;
  const bar = `color=white@0.7:s=${width}x${Math.round(height / 36)}:r=${RATE}:d=${seconds},format=rgba`;
  const place = `overlay=x='W*(mod(t\\,${SEGMENT})+${1 / RATE})/${SEGMENT}-w':y=H-h:shortest=1`;
  const counter = `drawtext=font='DejaVu Sans Mono':text='%{eif\\:trunc(t)\\:d\\:2}.%{eif\\:mod(n\\,${RATE})*${100 / RATE}\\:d\\:2}':fontsize=h/4:fontcolor=white:x=(w-text_w)/2:y=(h-text_h)/2`;
  const name = `drawtext=font='DejaVu Sans':text='${label}  ${height}p':fontsize=h/14:fontcolor=white@0.8:x=h/12:y=h/12`;
  const ground = `${wash},scale=${width}:${height}:flags=bicubic`;
  return ['-f', 'lavfi', '-i', `${ground}[ground];${bar}[bar];[ground][bar]${place},${counter},${name}`];
}

/** A soft stroke every second, a higher one every fourth. */
const sound = (seconds, pitch = 1) => [
  '-f',
  'lavfi',
  '-i',
  `aevalsrc='0.25*sin(2*PI*t*${pitch}*if(lt(mod(t\\,4)\\,1)\\,880\\,587.33))*exp(-7*mod(t\\,1))':s=48000:d=${seconds}`,
];
const x264 = (level, crf) =>
  words(
    `-c:v libx264 -profile:v main -level ${level} -preset veryslow -crf ${crf} -bf 0 -g ${GOP} -keyint_min ${GOP} -sc_threshold 0 -pix_fmt yuv420p`,
  );
// The encoder begins 1024 samples early: made up for, as the muxer would otherwise move the picture to after the sound.
const aac = (seconds, rate) =>
  words(`-af asetpts=PTS+1024 -c:a aac -b:a ${rate} -ac 1 -frames:a ${Math.round((seconds * 48_000) / 1024)}`);
// No date, no version: the same input is to give the same bytes.
const plain = words('-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1');
const fragmented = words(
  `-frag_duration ${PART * 1e6} -movflags +empty_moov+default_base_moof+skip_trailer -use_editlist 0 -avoid_negative_ts make_zero -f mp4`,
);

/** RFC 6381's name of an H.264 profile and level, read from the avcC box. */
function avcCodec(file) {
  const bytes = readFileSync(file);
  const at = bytes.indexOf('avcC') + 4;
  return `avc1.${bytes.subarray(at + 1, at + 4).toString('hex')}`;
}

mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'sample-hls-'));
try {
  const seconds = FRAGMENTED_SEGMENTS * SEGMENT;
  const video = [];
  for (const [width, height, level, crf] of [
    [1280, 720, '3.1', 29],
    [640, 360, '3.0', 28],
    [320, 180, '1.3', 28],
  ]) {
    const file = `fragmented-${height}p.mp4`;
    const look = { seconds, width, height, label: 'fMP4', colours: ['0x0b2d3f', '0x1a6f8c'] };
    ffmpeg(picture(look), x264(level, crf), plain, fragmented, join(out, file));
    video.push({ name: `${height}p`, file, width, height, codecs: avcCodec(join(out, file)) });
  }
  const audio = [];
  for (const [name, pitch] of [
    ['high', 1],
    ['low', 0.5],
  ]) {
    const file = `fragmented-${name}.mp4`;
    ffmpeg(sound(seconds, pitch), aac(seconds, '40k'), plain, fragmented, join(out, file));
    audio.push({ name, file, codecs: 'mp4a.40.2' });
  }

  const loop = TRANSPORT_SEGMENTS * SEGMENT;
  const transport = [];
  for (const [width, height, level, crf] of [
    [640, 360, '3.0', 29],
    [320, 180, '1.3', 29],
  ]) {
    const list = join(work, 'list.m3u8');
    const look = { seconds: loop, width, height, label: 'TS', colours: ['0x3f1b0b', '0x8c4a1a'] };
    const hls = words(`-muxdelay 0 -muxpreload 0 -f hls -hls_time ${SEGMENT} -hls_list_size 0 -hls_flags single_file`);
    const files = ['-hls_segment_filename', join(work, 'all.ts'), list];
    ffmpeg(picture(look), sound(loop), x264(level, crf), aac(loop, '40k'), plain, hls, files);
    const file = `transport-${height}p.mpegts`;
    writeFileSync(join(out, file), readFileSync(join(work, 'all.ts')));
    const text = readFileSync(list, 'utf8');
    const sizes = [...text.matchAll(/#EXT-X-BYTERANGE:(\d+)@/g)].map(([, size]) => Number(size));
    if (sizes.length !== TRANSPORT_SEGMENTS) throw new Error(`${file} has ${sizes.length} segments:\n${text}`);
    const { profile, level: idc } = probe(join(out, file), 'v:0');
    if (profile !== 'Main') throw new Error(`${file} is of profile ${profile}`);
    const codecs = `avc1.4d40${idc.toString(16).padStart(2, '0')},mp4a.40.2`;
    transport.push({ name: `${height}p`, file, width, height, codecs, sizes });
  }
  const manifest = { video, audio, transport };
  writeFileSync(join(out, 'media.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const files = [...video, ...audio, ...transport].map(({ file }) => file);
  const total = files.reduce((sum, file) => sum + statSync(join(out, file)).size, 0);
  process.stdout.write(`${files.length} files, ${total} bytes\n`);
  if (total > 3e6) throw new Error('the samples are to stay under 3 MB');
} finally {
  rmSync(work, { recursive: true, force: true });
}
